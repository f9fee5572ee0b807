/**
 * Ships the demand forecast: artifact → image → service → workflow with a step of each type → test call, with the
 * TypeScript SDK.
 *
 * Run it against any Cairn server: `CAIRN_URL=http://127.0.0.1:7420 CAIRN_TOKEN=… node examples/demand-forecast/deploy.ts`.
 * Running it again ships a new version of everything.
 */
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type CairnClient, createClient } from '@cairn/sdk'
import { zipFolder } from '@cairn/sdk/node'

const folder = import.meta.dirname
const imageName = 'demand-forecast'
const publishSecret = 'forecast-publish-key'
const loadQuery = 'demand/load-forecast.sql'

export interface Deployed {
  readonly artifactId: string
  readonly imageId: number
  readonly versionId: number
  readonly workflowId: number
  readonly executionId: string
  readonly accuracy: string
  /** Lines of the exported CSV, its header included. */
  readonly exportedLines: number
  /** URL of the page that shows the forecast. */
  readonly pageUrl: string
  /** Body of the answer to the test call of the API service. */
  readonly prediction: string
}

type Say = (line: string) => void

async function uploadArtifact(client: CairnClient, say: Say): Promise<string> {
  const zip = await zipFolder(folder)
  const { id } = await client.artifacts.createArtifact(
    { name: `${imageName}-${Date.now()}`, description: 'Source of the demand forecast' },
    zip,
  )
  say(`artifact ${id}, ${zip.size} bytes`)
  return id
}

async function buildImage(client: CairnClient, say: Say): Promise<{ imageId: number; versionId: number }> {
  const known = (await client.images.listImages({ searchTerm: imageName }).all()).find(({ name }) => name === imageName)
  const body = {
    name: imageName,
    type: 'workflow' as const,
    description: 'Holt-Winters forecast of monthly demand',
    buildDetails: {
      source: 'upload' as const,
      useCache: true,
      context: '.',
      dockerfilePath: 'Dockerfile',
      buildArguments: [{ name: 'MODEL_NAME', value: 'holt-winters' }],
    },
  }
  const artifact = await zipFolder(folder)
  const { imageId, versionId, buildId } = known
    ? await client.images.createVersion(known.id, body, artifact)
    : await client.images.createImage(body, artifact)
  say(`image ${imageId}, version ${versionId}, build ${buildId}`)
  for await (const line of client.images.followBuildLogs(imageId, buildId)) say(`  | ${line.message}`)
  await client.images.waitForBuild(imageId, buildId)
  return { imageId, versionId }
}

async function deployService(
  client: CairnClient,
  body: Parameters<CairnClient['services']['createService']>[0],
  say: Say,
): Promise<string> {
  const { id } = await client.services.createOrUpdateService(body)
  const service = await client.services.waitForService(id)
  say(`service ${service.name} is ${service.status} at ${service.url}`)
  return service.url
}

/** The value is given to the page and, under its name only, to the step that publishes. */
async function keepSecret(client: CairnClient, name: string, value: string): Promise<void> {
  const known = (await client.secrets.listSecrets().all()).some((secret) => secret.name === name)
  if (known) await client.secrets.rotateSecret(name, value)
  else await client.secrets.createSecret(name, value)
}

function containerSteps(image: { imageId: number; versionId: number }) {
  const step = { type: 'standard' as const, imageId: image.imageId, imageVersionId: image.versionId }
  const resources = { instanceTypeId: 21, storage: '10GB' }
  return {
    train: {
      ...step,
      command: 'python3 app/train.py',
      resources,
      stepTimeout: 300,
      parameters: { env: { HOLD_OUT_MONTHS: '24' } },
      outputParameters: { accuracy: 'out/accuracy', factors: 'out/factors' },
    },
    forecast: {
      ...step,
      command: 'python3 app/forecast.py',
      resources,
      parents: ['train'],
      parameters: { env: { HORIZON_MONTHS: '24' }, inherit: { ACCURACY: 'accuracy', FACTORS: 'factors' } },
      outputParameters: { forecast: 'out/forecast.json' },
    },
  }
}

/** Every morning: train, forecast, load into the warehouse, export, publish. Who runs it hears of failures. */
function workflowBody(image: { imageId: number; versionId: number }, pageUrl: string) {
  return {
    name: imageName,
    tags: [{ name: 'example' }],
    triggers: [{ cron: '0 5 * * *', timezone: 'Europe/London' }],
    watchers: [{ user: 'admin@cairn.local', events: { fail: true, recovered: true } }],
    steps: {
      ...containerSteps(image),
      load: {
        type: 'sql' as const,
        parents: ['forecast'],
        sqlQueryPath: loadQuery,
        parameters: { inherit: { FORECAST: 'forecast' } },
      },
      export: {
        type: 'export' as const,
        parents: ['load'],
        schema: 'public',
        table: 'forecast',
        sortBy: 'month',
        sortOrder: 'asc' as const,
        compression: false,
      },
      publish: {
        type: 'http' as const,
        method: 'post' as const,
        url: `${pageUrl}/forecast`,
        parents: ['forecast'],
        headers: { absolute: { 'content-type': 'application/json' }, secrets: { 'x-publish-key': publishSecret } },
        payload: '{{FORECAST}}',
        parameters: { inherit: { FORECAST: 'forecast' } },
        outputParameters: { answer: 'response.txt' },
      },
    },
  }
}

async function runWorkflow(
  client: CairnClient,
  workflowId: number,
  say: Say,
): Promise<{ executionId: string; accuracy: string }> {
  const { executionId } = await client.workflows.executeWorkflow(workflowId, {
    params: { stepWise: { forecast: { HORIZON_MONTHS: '36' } } },
  })
  say(`run ${executionId}`)
  for (const stepName of ['train', 'forecast', 'load', 'export', 'publish']) {
    for await (const line of client.workflows.followExecutionLogs(workflowId, executionId, { stepName })) {
      say(`  ${stepName.padEnd(8)} | ${line.message}`)
    }
  }
  const details = await client.workflows.waitForExecution(workflowId, executionId)
  const failed = details.steps.find(({ status }) => status === 'Failed')
  if (details.status !== 'Success') {
    throw new Error(
      `run ${executionId} ended as ${details.status}: ${failed?.name ?? 'no step'} ${failed?.reason ?? ''}`,
    )
  }
  for (const { name, status, startedAt, finishedAt } of details.steps) {
    say(`  ${name.padEnd(8)} ${status} (${Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')} ms)`)
  }
  const outputs = details.steps.find(({ name }) => name === 'train')?.output
  return { executionId, accuracy: outputs?.['accuracy'] ?? '' }
}

async function countExportedLines(client: CairnClient, executionId: string, say: Say): Promise<number> {
  const [file] = await client.exports.listExports({ executionId }).all()
  if (file === undefined) throw new Error(`run ${executionId} exported nothing`)
  const { stream } = await client.exports.downloadExport(file.id)
  const csv = await text(stream)
  say(`export ${file.name}: ${file.rowCount} rows, ${file.sizeBytes} bytes`)
  return csv.trimEnd().split('\n').length
}

/** Ships everything and returns what came of it; throws when any part did not work. */
export async function deployDemandForecast(client: CairnClient, say: Say): Promise<Deployed> {
  const artifactId = await uploadArtifact(client, say)
  const image = await buildImage(client, say)
  const publishKey = randomBytes(16).toString('hex')
  const service = { imageDetails: image, resources: { instanceTypeId: 1 }, healthCheckURL: '/health' }
  const pageUrl = await deployService(
    client,
    {
      ...service,
      name: 'forecast',
      title: 'Demand forecast',
      serviceType: 'web-app',
      access: 'public',
      entrypoint: 'python3\napp/server.py\npage',
      parameters: { env: { PUBLISH_KEY: publishKey } },
    },
    say,
  )
  await keepSecret(client, publishSecret, publishKey)
  await client.queries.putQuery(loadQuery, await readFile(join(folder, 'sql/load-forecast.sql'), 'utf8'))
  const { id: workflowId } = await client.workflows.createOrUpdateWorkflow(workflowBody(image, pageUrl))
  say(`workflow ${workflowId}`)
  const { executionId, accuracy } = await runWorkflow(client, workflowId, say)
  const exportedLines = await countExportedLines(client, executionId, say)
  await deployService(
    client,
    { ...service, name: 'forecast-api', serviceType: 'api', entrypoint: 'python3\napp/server.py\napi' },
    say,
  )
  const answer = await client.services.testService('forecast-api', {
    httpMethod: 'post',
    path: '/predict',
    payload: { months: 3 },
  })
  if (answer.responseStatus !== 200)
    throw new Error(`the test call was answered ${answer.responseStatus}: ${answer.responseBody}`)
  say(`test call answered ${answer.responseStatus}: ${answer.responseBody}`)
  const prediction = answer.responseBody
  return { artifactId, ...image, workflowId, executionId, accuracy, exportedLines, pageUrl, prediction }
}

if (import.meta.main) {
  const { CAIRN_URL: baseUrl = 'http://127.0.0.1:7420', CAIRN_TOKEN: token } = process.env
  if (token === undefined) throw new Error('set CAIRN_TOKEN to an API token of the server')
  const deployed = await deployDemandForecast(createClient({ baseUrl, token }), console.log)
  console.log(deployed)
}
