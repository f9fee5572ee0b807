/** The documentation page of the reference, snippet by snippet, by the SDK: its bodies as they are printed there. */
import type { CairnClient, WorkflowBody } from '@cairn/sdk'
import { zipFolder } from '@cairn/sdk/node'

export interface Page {
  readonly image: { readonly imageId: number; readonly versionId: number }
  readonly version: { readonly imageId: number; readonly versionId: number }
  readonly workflow: number
  /** By webhook, and by hand. */
  readonly triggered: readonly number[]
  /** How each step of the run ended. */
  readonly run: Readonly<Record<string, string>>
  readonly webapp: string
  readonly service: string
  readonly url: string
  readonly tested: unknown
}

/** What stands in for the addresses of the page. */
export interface Place {
  readonly folder: string
  readonly http: string
  readonly git: string
}

type Image = Page['image']

async function makeImage(cairn: CairnClient, folder: string): Promise<Pick<Page, 'image' | 'version'>> {
  const zip = () => zipFolder(folder, { ignoreFiles: ['.dockerignore'] })
  const details = (value: string) => ({
    source: 'upload' as const,
    useCache: false,
    buildArguments: [{ name: 'HELLO', value }],
    context: '.',
  })
  const image = await cairn.images.createImage(
    {
      version: '0.0.1',
      name: 'typescript-image-sdk-101',
      description: 'Hello from SDK',
      type: 'workflow',
      buildDetails: details('world'),
    },
    await zip(),
  )
  await cairn.images.waitForBuild(image.imageId, image.buildId)
  const version = await cairn.images.createVersion(
    image.imageId,
    { version: '0.0.2', buildDetails: details('again') },
    await zip(),
  )
  await cairn.images.waitForBuild(version.imageId, version.buildId)
  return { image, version }
}

const workflowBody = ({ imageId, versionId }: Image, { http, git }: Place): WorkflowBody => ({
  name: 'typescript-new-workflow',
  triggers: [{ cron: '0 0 * * *' }],
  watchers: [
    { user: 'abc@peak.ai', events: { success: false, fail: true } },
    {
      webhook: { name: 'info', url: `${http}/post`, payload: '{ "pingback-url": "https:/workflow/123" }' },
      events: { success: false, fail: true, runtimeExceeded: 10 },
    },
    {
      email: { name: 'email-watcher-1', recipients: { to: ['user1@peak.ai', 'user2@peak.ai'] } },
      events: { success: false, fail: true, runtimeExceeded: 10 },
    },
  ],
  tags: [{ name: 'foo' }, { name: 'bar' }],
  steps: {
    stepName: {
      type: 'standard',
      imageId,
      imageVersionId: versionId,
      command: 'python script.py',
      resources: { instanceTypeId: 21, storage: '10GB' },
      parents: [],
      stepTimeout: 30,
      clearImageCache: true,
      parameters: { env: { key: 'value' }, inherit: {}, secrets: ['secret-1', 'secret-2'] },
      repository: { branch: 'main', token: 'github', url: git },
    },
    stepName2: {
      type: 'http',
      method: 'get',
      url: `${http}/hello`,
      auth: { type: 'oauth', clientId: 'client-id', clientSecret: 'client-secret', authUrl: `${http}/token` },
      payload: '{}',
      headers: { absolute: { 'x-auth-tenant': 'some-tenant' }, secrets: { 'x-auth-token': 'token' } },
    },
    stepName3: {
      type: 'sql',
      sqlQueryPath: 'path/to/sql',
      parameters: { env: { key: 'value' }, inherit: { key: 'value' } },
    },
    stepName4: {
      type: 'export',
      parents: ['stepName3'],
      schema: 'schema_name',
      table: 'table_name',
      sortBy: 'column_name',
      sortOrder: 'asc',
      compression: false,
    },
  },
})

async function runWorkflows(
  cairn: CairnClient,
  image: Image,
  place: Place,
): Promise<Pick<Page, 'workflow' | 'triggered' | 'run'>> {
  const { workflows, tenants } = cairn
  const { instanceTypeId } = await workflows.getDefaultResource()
  const sizes = await workflows.listResources()
  if (!sizes.some(({ id }) => id === instanceTypeId)) throw new Error('the default size is none')
  await tenants.listInstanceOptions('webapp')
  const { id } = await workflows.createWorkflow(workflowBody(image, place))
  const steps = { ask: { type: 'http', method: 'get', url: `${place.http}/hello`, auth: { type: 'no-auth' } } } as const
  const triggered = [
    await workflows.createWorkflow({ name: 'typescript-webhook', triggers: [{ webhook: true }], steps }),
    await workflows.createWorkflow({ name: 'typescript-manual', triggers: [], steps }),
  ]
  const { executionId } = await workflows.executeWorkflow(id, {
    params: { global: { key: 'value' }, stepWise: { stepName: { key1: 'value1' } } },
  })
  const run = await workflows.waitForExecution(id, executionId)
  return {
    workflow: id,
    triggered: triggered.map((made) => made.id),
    run: Object.fromEntries(run.steps.map(({ name, status }) => [name, status])),
  }
}

async function deploy(
  cairn: CairnClient,
  { imageId, versionId }: Image,
): Promise<Pick<Page, 'webapp' | 'service' | 'url' | 'tested'>> {
  const { services, webapps } = cairn
  const imageDetails = { imageId, versionId }
  const webapp = await webapps.createWebapp({
    name: 'typescript-webapp101',
    title: 'Hello from SDK',
    description: 'Hi there',
    imageDetails,
    resources: { instanceTypeId: 1 },
    scaleToZero: true,
    sessionStickiness: false,
  })
  const service = await services.createService({
    name: 'typescript-service101',
    title: 'Hello from SDK',
    description: 'Hi there',
    serviceType: 'web-app',
    imageDetails,
    resources: { instanceTypeId: 1 },
    parameters: { env: { arg1: 'value1', arg2: 'value2' }, inherit: {}, secrets: ['secret-1', 'secret'] },
    entrypoint: 'python\nscript.py',
    healthCheckURL: '/health',
    minInstances: 1,
    scaleToZero: true,
    sessionStickiness: false,
  })
  const api = await services.createService({
    name: 'typescript-api101',
    serviceType: 'api',
    imageDetails,
    parameters: { env: { arg1: 'value1' } },
    entrypoint: 'python\nscript.py',
    healthCheckURL: '/health',
  })
  for (const { id } of [webapp, service, api]) await services.waitForService(id)
  const { url } = await services.describeService(service.id)
  const tested = await services.testService('typescript-api101', {
    httpMethod: 'post',
    path: '/health',
    payload: { key: 'value' },
  })
  return { webapp: webapp.id, service: service.id, url, tested }
}

export async function followPage(cairn: CairnClient, place: Place): Promise<Page> {
  const images = await makeImage(cairn, place.folder)
  return { ...images, ...(await runWorkflows(cairn, images.image, place)), ...(await deploy(cairn, images.image)) }
}
