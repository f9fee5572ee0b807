import { type OperationId, routes } from '@cairn/contract'
import { describe, expect, it } from 'vitest'
import { type CairnClient, createClient } from '../src/index.ts'

const id = 'd6116a56-6b1d-41b4-a599-fb949f08863f'
const zip = new Uint8Array([80, 75])
const image = { name: 'i', type: 'api' as const }
const service = { name: 's', imageDetails: { imageId: 1 } }
const email = { recipients: ['a@b.c'], subject: 's', templateName: 't' }

/** The method of every operation; one that is missing here does not compile. */
const methods: Readonly<Record<OperationId, (client: CairnClient) => Promise<unknown>>> = {
  getTenantMetadata: ({ tenants }) => tenants.getTenantMetadata(),
  sendTelemetry: ({ tenants }) => tenants.sendTelemetry({}),
  listUsers: ({ people }) => people.listUsers().all(),
  inviteUser: ({ people }) => people.inviteUser({ email: 'a@b.c', role: 'viewer' }),
  describeUser: ({ people }) => people.describeUser(id),
  updateUser: ({ people }) => people.updateUser(id, { role: 'editor' }),
  deleteUser: ({ people }) => people.deleteUser(id),
  renewInvitation: ({ people }) => people.renewInvitation(id),
  acceptInvitation: ({ people }) => people.acceptInvitation({ token: 't', password: 'twelve characters' }),
  changePassword: ({ people }) => people.changePassword({ newPassword: 'twelve characters' }),
  listTokens: ({ people }) => people.listTokens().all(),
  createToken: ({ people }) => people.createToken({ label: 'l', scope: 'read' }),
  revokeToken: ({ people }) => people.revokeToken(id),
  listAuditEvents: ({ people }) => people.listAuditEvents().all(),
  exportAuditEvents: ({ people }) => people.exportAuditEvents(),
  getSignInWays: ({ people }) => people.listSignInWays(),
  createSession: ({ people }) => people.signIn({ token: 't' }),
  getSession: ({ people }) => people.whoAmI(),
  endSession: ({ people }) => people.signOut(),
  checkPermissions: ({ users }) => users.checkPermissions({ A: 'read' }),
  listArtifacts: ({ artifacts }) => artifacts.listArtifacts().all(),
  createArtifact: ({ artifacts }) => artifacts.createArtifact({ name: 'a' }, zip),
  describeArtifact: ({ artifacts }) => artifacts.describeArtifact(id),
  deleteArtifact: ({ artifacts }) => artifacts.deleteArtifact(id),
  createArtifactVersion: ({ artifacts }) => artifacts.createArtifactVersion(id, zip),
  updateArtifact: ({ artifacts }) => artifacts.updateArtifact(id, { name: 'b' }),
  deleteArtifactVersion: ({ artifacts }) => artifacts.deleteArtifactVersion(id, 1),
  listArtifactFiles: ({ artifacts }) => artifacts.listArtifactFiles(id, 1).all(),
  downloadArtifact: ({ artifacts }) => artifacts.downloadArtifact(id),
  downloadArtifactVersion: ({ artifacts }) => artifacts.downloadArtifact(id, 1),
  listImages: ({ images }) => images.listImages().all(),
  createImage: ({ images }) => images.createImage(image, zip),
  describeImage: ({ images }) => images.describeImage(1),
  deleteImage: ({ images }) => images.deleteImage(1),
  listImageVersions: ({ images }) => images.listImageVersions(1).all(),
  createImageVersion: ({ images }) => images.createVersion(1, {}, zip),
  deleteImageVersions: ({ images }) => images.deleteVersions(1, [2]),
  describeImageVersion: ({ images }) => images.describeVersion(1, 2),
  updateImageVersion: ({ images }) => images.updateVersion({ imageId: 1, versionId: 2 }, {}),
  deleteImageVersion: ({ images }) => images.deleteVersion(1, 2),
  buildImageVersion: ({ images }) => images.buildVersion({ imageId: 1, versionId: 2 }),
  getDisk: ({ images }) => images.getDisk(),
  getImageVersionSbom: ({ images }) => images.downloadSbom({ imageId: 1, versionId: 2 }),
  setImageVersionTags: ({ images }) => images.setVersionTags({ imageId: 1, versionId: 2 }, [{ name: 'a' }]),
  listImageBuilds: ({ images }) => images.listImageBuilds(1).all(),
  stopBuild: ({ images }) => images.stopBuild(1, 3),
  getBuildLogs: ({ images }) => images.getBuildLogs(1, 3),
  downloadBuildLogs: ({ images }) => images.downloadBuildLogs(1, 3),
  readBuildLogFile: ({ images }) => images.downloadBuildLogs(1, 3),
  listWorkflows: ({ workflows }) => workflows.listWorkflows().all(),
  createWorkflow: ({ workflows }) => workflows.createWorkflow({ name: 'w', steps: {} }),
  describeWorkflow: ({ workflows }) => workflows.describeWorkflow(1),
  updateWorkflow: ({ workflows }) => workflows.updateWorkflow(1, { steps: {} }),
  listWorkflowRevisions: ({ workflows }) => workflows.revisions.list(1).all(),
  restoreWorkflowRevision: ({ workflows }) => workflows.revisions.restore(1, 2),
  deleteWorkflow: ({ workflows }) => workflows.deleteWorkflow(1),
  pauseWorkflow: ({ workflows }) => workflows.pauseWorkflow(1),
  resumeWorkflow: ({ workflows }) => workflows.resumeWorkflow(1),
  listResources: ({ workflows }) => workflows.listResources(),
  getDefaultResource: ({ workflows }) => workflows.getDefaultResource(),
  executeWorkflow: ({ workflows }) => workflows.executeWorkflow(1),
  retryExecution: ({ workflows }) => workflows.retryExecution(1, id, { from: 'failed' }),
  stopExecution: ({ workflows }) => workflows.stopExecution(1, id),
  callWebhook: ({ workflows }) => workflows.callWebhook(id, {}),
  listScheduleHistory: ({ workflows }) => workflows.listScheduleHistory(1).all(),
  getSystemHealth: ({ system }) => system.getHealth(),
  getSystemReport: ({ system }) => system.getReport(),
  listBackups: ({ system }) => system.listBackups().all(),
  makeBackup: ({ system }) => system.makeBackup(),
  followEvents: async ({ events }) => {
    const left = new AbortController()
    const followed = events.follow({ signal: left.signal, onConnection: () => left.abort() })
    await followed.next().catch(() => undefined)
  },
  listPastFirings: ({ system }) => system.listPastFirings().all(),
  listScheduleCalendar: ({ system }) => system.listScheduleCalendar().all(),
  listExecutions: ({ workflows }) => workflows.listExecutions(1).all(),
  getExecutionDetails: ({ workflows }) => workflows.getExecutionDetails(1, id),
  getExecutionLogs: ({ workflows }) => workflows.getExecutionLogs(1, id, { stepName: 'a' }),
  downloadExecutionLogs: ({ workflows }) => workflows.downloadExecutionLogs(1, id, { stepName: 'a' }),
  readExecutionLogFile: ({ workflows }) => workflows.downloadExecutionLogs(1, id, { stepName: 'a' }),
  listServices: ({ services }) => services.listServices().all(),
  createService: ({ services }) => services.createService(service),
  describeService: ({ services }) => services.describeService(id),
  updateService: ({ services }) => services.updateService(id, { title: 't' }),
  deleteService: ({ services }) => services.deleteService(id),
  stopService: ({ services }) => services.stopService(id),
  startService: ({ services }) => services.startService(id),
  restartService: ({ services }) => services.restartService(id),
  getServiceMetrics: ({ services }) => services.getServiceMetrics(id),
  listWakes: ({ services }) => services.listWakes(id).all(),
  listServiceDomains: ({ services }) => services.listServiceDomains(id),
  addServiceDomain: ({ services }) => services.addServiceDomain(id, 'app.example.com'),
  verifyServiceDomain: ({ services }) => services.verifyServiceDomain(id, 'app.example.com'),
  removeServiceDomain: ({ services }) => services.removeServiceDomain(id, 'app.example.com'),
  getServiceLogs: ({ services }) => services.getServiceLogs(id),
  downloadServiceLogs: ({ services }) => services.downloadServiceLogs(id),
  readServiceLogFile: ({ services }) => services.downloadServiceLogs(id),
  listServiceRevisions: ({ services }) => services.listServiceRevisions(id).all(),
  rollbackService: ({ services }) => services.rollbackService(id, 1),
  testService: ({ services }) => services.testService('s'),
  listInstanceOptions: ({ tenants }) => tenants.listInstanceOptions('webapp'),
  getCredentials: ({ tenants }) => tenants.getCredentials(),
  listWarehouses: ({ tenants }) => tenants.listWarehouses(),
  getValkeyCredentials: ({ tenants }) => tenants.getValkeyCredentials(),
  listEmails: ({ emails }) => emails.listEmails().all(),
  sendEmail: ({ emails }) => emails.sendEmail(email, [{ fileName: 'a.txt', content: zip }]),
  listTemplates: ({ emails }) => emails.listTemplates().all(),
  describeTemplate: ({ emails }) => emails.describeTemplate('t'),
  describeEmail: ({ emails }) => emails.describeEmail(1),
  testWatcher: ({ workflows }) => workflows.testWatcher(1, 0),
  listDeliveries: ({ notifications }) => notifications.listDeliveries().all(),
  describeDelivery: ({ notifications }) => notifications.describeDelivery(id),
  redeliver: ({ notifications }) => notifications.redeliver(id),
  listInbox: ({ notifications }) => notifications.listInbox({ unread: true }).all(),
  markInboxRead: ({ notifications }) => notifications.markRead(),
  markInboxEntryRead: ({ notifications }) => notifications.markRead(id),
  listExports: ({ exports }) => exports.listExports().all(),
  downloadExport: ({ exports }) => exports.downloadExport('00000000-0000-0000-0000-000000000000'),
  listQueries: ({ queries }) => queries.listQueries().all(),
  putQuery: ({ queries }) => queries.putQuery('a.sql', 'select 1'),
  runQuery: ({ queries }) => queries.runQuery('select 1'),
  getQuery: ({ queries }) => queries.getQuery('a.sql', 1),
  listQueryVersions: ({ queries }) => queries.listQueryVersions('a.sql').all(),
  deleteQuery: ({ queries }) => queries.deleteQuery('a.sql'),
  listSecrets: ({ secrets }) => secrets.listSecrets().all(),
  createSecret: ({ secrets }) => secrets.createSecret('s', 'value'),
  rotateSecret: ({ secrets }) => secrets.rotateSecret('s', 'other'),
  deleteSecret: ({ secrets }) => secrets.deleteSecret('s'),
}

/** Every list key at once, so that one answer does for every operation. */
const answer = {
  pageCount: 1,
  users: [],
  events: [],
  tokens: [],
  artifacts: [],
  files: [],
  firings: [],
  images: [],
  versions: [],
  builds: [],
  workflows: [],
  executions: [],
  services: [],
  revisions: [],
  wakes: [],
  queries: [],
  exports: [],
  secrets: [],
  emails: [],
  templates: [],
  ticks: [],
  schedules: [],
  plan: null,
  trouble: null,
  backups: [],
  deliveries: [],
  entries: [],
  data: [],
}

interface Call {
  readonly method: string
  readonly path: string
}

const urlOf = (input: string | URL | Request): URL => new URL(input instanceof Request ? input.url : input)

/** A client whose requests are only written down; links lead to the path that stands behind them. */
function recordingClient(): { client: CairnClient; calls: Call[] } {
  const calls: Call[] = []
  const record: typeof fetch = (input, init) => {
    const url = urlOf(input)
    calls.push({ method: init?.method ?? '', path: url.pathname })
    const downloadUrl = `${url.origin}${url.pathname.replace('/download', '/file')}?signature=s`
    return Promise.resolve(Response.json({ ...answer, downloadUrl }))
  }
  return { client: createClient({ baseUrl: 'http://cairn.test', token: 't', fetch: record }), calls }
}

const matcherOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`)

// The keys of the record are operation ids: its type says so, Object.keys does not.
const operationIds = Object.keys(methods) as OperationId[]

describe('the client', () => {
  it('has a method for every operation of the route table', () => {
    expect(operationIds.toSorted((a, b) => a.localeCompare(b))).toEqual(
      Object.keys(routes).toSorted((a, b) => a.localeCompare(b)),
    )
  })

  it.each(operationIds)('calls %s by the method and path of its route', async (operationId) => {
    const { client, calls } = recordingClient()
    await methods[operationId](client)
    const { method, path } = routes[operationId]
    expect(calls.filter((call) => call.method === method && matcherOf(path).test(call.path))).toHaveLength(1)
  })
})

describe('creating or updating', () => {
  function clientThatKnows(known: object): { client: CairnClient; calls: string[] } {
    const calls: string[] = []
    const record: typeof fetch = (input, init) => {
      const { pathname } = urlOf(input)
      calls.push(`${init?.method} ${pathname.replace(/^.*\/api\/v\d/, '')}`)
      return Promise.resolve(Response.json({ ...answer, ...known }))
    }
    return { client: createClient({ baseUrl: 'http://cairn.test', token: 't', fetch: record }), calls }
  }

  it.each([
    ['an image that is new', {}, 'POST /images/'],
    [
      'a version of an image',
      {
        images: [
          { id: 4, name: 'ii' },
          { id: 5, name: 'i' },
        ],
      },
      'POST /images/5/versions',
    ],
    [
      'a version that is there',
      {
        images: [{ id: 5, name: 'i' }],
        versions: [
          { id: 6, version: '1.0.0-rc' },
          { id: 7, version: '1.0.0' },
        ],
      },
      'PATCH /images/5/versions/7',
    ],
  ])('finds %s by its exact name', async (_what, known, last) => {
    const { client, calls } = clientThatKnows(known)
    await client.images.createOrUpdateImageVersion({ ...image, version: '1.0.0' }, zip)
    expect(calls.at(-1)).toBe(last)
  })

  it('finds workflows, services and web apps by their exact name', async () => {
    const unknown = clientThatKnows({ workflows: [{ id: 1, name: 'ww' }], webapps: [] })
    await unknown.client.workflows.createOrUpdateWorkflow({ name: 'w', steps: {} })
    await unknown.client.services.createOrUpdateService(service)
    await unknown.client.webapps.createOrUpdateWebapp(service)
    expect(unknown.calls.filter((call) => call.startsWith('POST'))).toEqual([
      'POST /workflows/',
      'POST /webapps/',
      'POST /webapps/',
    ])
    const there = [{ id, name: 's' }]
    const known = clientThatKnows({ workflows: [{ id: 1, name: 'w' }], services: there, webapps: there })
    await known.client.workflows.createOrUpdateWorkflow({ name: 'w', steps: {} })
    await known.client.services.createOrUpdateService(service)
    await known.client.webapps.createOrUpdateWebapp(service)
    expect(known.calls.filter((call) => !call.startsWith('GET'))).toEqual([
      'PUT /workflows/1',
      `PATCH /webapps/${id}`,
      `PATCH /webapps/${id}`,
    ])
  })
})

describe('permissions', () => {
  it('are read from the tree: write includes read, * includes all, what is not there is not allowed', async () => {
    const tree = {
      PRICING: { GUARDRAILS: { actions: ['read'] }, RULES: { actions: ['write'] } },
      STOCK: { actions: ['*'] },
    }
    const client = createClient({
      baseUrl: 'http://cairn.test',
      token: 't',
      fetch: () => Promise.resolve(Response.json(tree)),
    })
    const asked = {
      'PRICING.GUARDRAILS': 'write',
      'PRICING.RULES': 'read',
      STOCK: 'write',
      toString: 'read',
      'PRICING.NONE': 'read',
    } as const
    expect(await client.users.checkPermissions(asked)).toEqual({
      'PRICING.GUARDRAILS': false,
      'PRICING.RULES': true,
      STOCK: true,
      toString: false,
      'PRICING.NONE': false,
    })
  })
})
