import { execFile } from 'node:child_process'
import { get } from 'node:http'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { zipFolder } from '@cairn/sdk/node'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'fixtures/echo-service')
let server: ServerProcess
let imageId: number

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
  const created = await server.client.images.createImage(
    { name: 'echo', type: 'workflow', buildDetails: { buildArguments: [{ name: 'GREETING', value: 'hei' }] } },
    await zipFolder(folder),
  )
  imageId = created.imageId
  await server.client.images.waitForBuild(created.imageId, created.buildId)
})
afterAll(() => server.dispose())

async function lines(source: AsyncIterable<{ message: string }>): Promise<string[]> {
  const collected: string[] = []
  for await (const line of source) collected.push(line.message)
  return collected
}

/** A GET through the gateway; the host goes in a header because not every system resolves `*.localhost`. */
function getFromService(
  host: string,
  path: string,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port: server.port, path, headers: { ...headers, host } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
    })
    request.on('error', reject)
  })
}

describe('artifacts', () => {
  it('gives back the bytes that were uploaded', async () => {
    const bytes = new Uint8Array(await (await zipFolder(folder)).arrayBuffer())
    const { id, version } = await server.client.artifacts.createArtifact({ name: 'code' }, new Blob([bytes]))
    const chunks: Uint8Array[] = []
    for await (const chunk of await server.client.artifacts.downloadArtifact(id, version)) chunks.push(chunk)
    expect(Buffer.concat(chunks).equals(bytes)).toBe(true)
  })
})

describe('images', () => {
  it('stores the build log and describes the version', async () => {
    const [build] = await server.client.images.listImageBuilds(imageId).all()
    expect(build).toMatchObject({ status: 'success', version: '0.0.1' })
    const log = await lines(server.client.images.followBuildLogs(imageId, build?.buildId ?? 0))
    expect(log.join('\n')).toContain('server.pl')
    const image = await server.client.images.describeImage(imageId)
    expect(image.latestVersion).toMatchObject({ version: '0.0.1', lastBuildStatus: 'success' })
  })

  it('says why a build failed, keeps the version not ready, and builds the next version', async () => {
    const failing = {
      source: 'dockerfile' as const,
      dockerfile: 'FROM debian:bookworm-slim\nRUN echo out of luck && exit 3\n',
    }
    const { buildId, versionId } = await server.client.images.createVersion(imageId, { buildDetails: failing })
    await expect(server.client.images.waitForBuild(imageId, buildId)).rejects.toThrow(/failed/)
    const log = await lines(server.client.images.followBuildLogs(imageId, buildId))
    expect(log.join('\n')).toContain('out of luck')
    expect(await server.client.images.describeVersion(imageId, versionId)).toMatchObject({
      version: '0.0.2',
      status: 'not-ready',
      lastBuildStatus: 'failed',
    })
  })
})

describe('workflows', () => {
  it('runs container and http steps in order and passes outputs on', async () => {
    const { workflows } = server.client
    const { id } = await workflows.createWorkflow({
      name: 'nightly',
      steps: {
        count: {
          type: 'standard',
          imageId,
          command: 'echo "$GREETING, counting $WHAT"; printf "40\\n" > count',
          parameters: { env: { WHAT: 'sheep' } },
          outputParameters: { total: 'count' },
        },
        add: {
          type: 'standard',
          imageId,
          parents: ['count'],
          command: 'echo "has $TOTAL"; echo $((TOTAL + 2)) > sum; test "$EXTRA" = 2',
          parameters: { inherit: { TOTAL: 'total' } },
          outputParameters: { sum: 'sum' },
        },
        report: {
          type: 'http',
          method: 'get',
          url: `${server.baseUrl}/healthz?sum={{SUM}}`,
          parents: ['add'],
          parameters: { inherit: { SUM: 'sum' } },
          outputParameters: { answer: 'response.txt' },
        },
      },
    })
    const { executionId } = await workflows.executeWorkflow(id, {
      params: { global: { WHAT: 'goats' }, stepWise: { add: { EXTRA: '2' } } },
    })
    const details = await workflows.waitForExecution(id, executionId)
    expect(details.steps.map(({ name, status }) => [name, status])).toEqual([
      ['count', 'Success'],
      ['add', 'Success'],
      ['report', 'Success'],
    ])
    expect(details.status).toBe('Success')
    expect(await lines(workflows.followExecutionLogs(id, executionId, { stepName: 'count' }))).toContain(
      'hei, counting goats',
    )
    expect(await lines(workflows.followExecutionLogs(id, executionId, { stepName: 'add' }))).toContain('has 40')
    await eventually(async () => expect(await containersOf(server, 'step')).toEqual([]))
  })

  it('ends a step at its time-out and skips what depends on it', async () => {
    const { workflows } = server.client
    const { id } = await workflows.createWorkflow({
      name: 'slow',
      steps: {
        sleep: { type: 'standard', imageId, command: 'exec sleep 300', stepTimeout: 1 },
        after: { type: 'standard', imageId, command: 'true', parents: ['sleep'] },
      },
    })
    const { executionId } = await workflows.executeWorkflow(id)
    const details = await workflows.waitForExecution(id, executionId)
    expect(details.status).toBe('Failed')
    expect(details.steps[0]).toMatchObject({
      name: 'sleep',
      status: 'Failed',
      reason: expect.stringContaining('timed out after 1 s'),
    })
    expect(details.steps[1]).toMatchObject({
      name: 'after',
      status: 'Skipped',
      reason: expect.stringContaining('sleep'),
    })
  })

  it('recognises a step that ran out of memory', async () => {
    const { workflows } = server.client
    const { id } = await workflows.createWorkflow({
      name: 'greedy',
      steps: {
        eat: {
          type: 'standard',
          imageId,
          command: `exec perl -e '$x = "a" x (1 << 30); sleep 60'`,
          resources: { instanceTypeId: 20 },
        },
      },
    })
    const { executionId } = await workflows.executeWorkflow(id)
    const details = await workflows.waitForExecution(id, executionId)
    expect(details.steps[0]).toMatchObject({ status: 'Failed', reason: expect.stringContaining('out of memory') })
  })
})

describe('services', () => {
  it('answers at its own host name, privately by default, until it is deleted', async () => {
    const { services } = server.client
    const { id } = await services.createService({
      name: 'echo',
      serviceType: 'web-app',
      imageDetails: { imageId },
      resources: { instanceTypeId: 1 },
    })
    const service = await services.waitForService(id)
    expect(service).toMatchObject({ status: 'AVAILABLE', url: `http://echo.localhost:${server.port}` })
    const host = `echo.localhost:${server.port}`
    expect((await getFromService(host, '/private')).status).toBe(401)
    const answer = await getFromService(host, '/a/b?c=d', { authorization: server.token, 'x-cairn-user': 'mallory' })
    expect(answer.status).toBe(200)
    expect(answer.body).toContain('GET /a/b?c=d HTTP/1.1')
    expect(answer.body).not.toContain(server.token)
    expect(answer.body).not.toContain('mallory')
    await services.deleteService(id)
    await eventually(async () => expect((await getFromService(host, '/')).status).toBe(404), { timeoutMs: 30_000 })
    await eventually(async () => expect(await containersOf(server, 'service')).toEqual([]))
  })

  it('says why a service could not start', async () => {
    const { services } = server.client
    const { id } = await services.createService({
      name: 'broken',
      imageDetails: { imageId },
      entrypoint: 'sh\n-c\necho no luck today; exit 7',
    })
    await expect(services.waitForService(id)).rejects.toThrow(/CREATE_FAILED.*(exit code 7|no luck today)/s)
  })
})

describe('operations', () => {
  it('serves health, metrics and the API reference', async () => {
    const [health, metrics, reference] = await Promise.all(
      ['/healthz', '/metrics', '/api-docs'].map((path) => fetch(`${server.baseUrl}${path}`)),
    )
    expect([health?.status, reference?.status]).toEqual([200, 200])
    expect(await metrics?.text()).toContain('cairn_')
  })

  it('refuses a second server on the same data directory', async () => {
    const second = run(process.execPath, ['apps/server/src/main.ts'], {
      env: {
        PATH: process.env['PATH'],
        CAIRN_PORT: '0',
        CAIRN_DATA_DIR: server.dataDirectory,
        CAIRN_DOCKER_HOST: server.dockerHost,
      },
    })
    await expect(second).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(server.dataDirectory) })
  })
})
