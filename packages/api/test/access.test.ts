/** Generated from the route table: who may call what. */
import { Readable } from 'node:stream'
import { type OperationId, type Route, routes } from '@cairn/contract'
import { insertStoredObject } from '@cairn/store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { notBuilt } from '../src/index.ts'
import { type ApiFixture, createApiFixture, formOf, makeImage, numberIn, textIn, zipOf } from './api-fixture.ts'
import { keepExport } from './keep-export.ts'

let fixture: ApiFixture
let foreign: Readonly<Record<string, string | number>>
let zip: Buffer

beforeAll(async () => {
  fixture = await createApiFixture()
  zip = await zipOf({ Dockerfile: 'FROM scratch' })
  foreign = await makeForeignResources()
})
afterAll(() => fixture.close())

/** One of everything, of the other tenant. */
const watchers = [{ user: 'other@example.com', events: { fail: true } }]

async function makeForeignResources(): Promise<Readonly<Record<string, string | number>>> {
  const { token, id: tenantId } = fixture.otherTenant
  const image = await fixture.call('createImage', {
    token,
    form: formOf({ name: 'theirs', type: 'workflow' }, zip),
  })
  const ready = await makeImage(fixture, { name: 'theirs-ready', engineImageId: 'sha256:x', tenantId })
  const artifact = await fixture.call('createArtifact', { token, form: formOf({ name: 'theirs' }, zip) })
  const steps = { a: { imageId: ready.imageId, command: 'true' } }
  const workflow = await fixture.call('createWorkflow', {
    token,
    body: {
      name: 'theirs',
      triggers: [{ cron: '0 0 * * *' }],
      watchers,
      steps,
    },
  })
  const workflowId = numberIn(workflow, 'id')
  const run = await fixture.call('executeWorkflow', { token, params: { workflowId } })
  const service = await fixture.call('createService', {
    token,
    body: { name: 'theirs', serviceType: 'api', imageDetails: { imageId: ready.imageId } },
  })
  await fixture.call('addServiceDomain', {
    token,
    params: { serviceId: textIn(service, 'id') },
    body: { domain: 'theirs.example.com' },
  })
  const { inbox, email } = await tellWatcher(workflowId)
  const executionId = textIn(run, 'executionId')
  const file = { tenantId, workflowId, executionId, step: 'a', name: 'exports/a.csv', content: 'id' }
  const exportId = await keepExport(fixture, file)
  await fixture.call('createSecret', { token, body: { name: 'theirs', value: 'their value' } })
  await keepSbom(numberIn(image, 'versionId'))
  const invited = await fixture.call('inviteUser', { token, body: { email: 'theirs@example.com', role: 'viewer' } })
  const ownToken = await fixture.call('createToken', { token, body: { label: 'theirs', scope: 'read' } })
  return {
    imageId: numberIn(image, 'imageId'),
    versionId: numberIn(image, 'versionId'),
    buildId: numberIn(image, 'buildId'),
    artifactId: textIn(artifact, 'id'),
    version: 1,
    workflowId,
    executionId,
    serviceId: textIn(service, 'id'),
    serviceName: 'theirs',
    domain: 'theirs.example.com',
    emailId: 1,
    templateName: 'theirs',
    secretName: 'theirs',
    watcherIndex: 0,
    deliveryId: email,
    entryId: inbox,
    exportId,
    userId: String(Object(invited.body['user'])['id']),
    tokenId: textIn(ownToken, 'id'),
  }
}

async function keepSbom(versionId: number): Promise<void> {
  const stored = await fixture.objectStore.put(Readable.from([Buffer.from('{}')]), { maxBytes: 10 })
  if (stored.kind !== 'stored') throw new Error('too large')
  await fixture.database.transaction(async (tx) => {
    await insertStoredObject(tx, stored)
    await tx.updateTable('image_version').set({ sbom_sha256: stored.sha256 }).where('id', '=', versionId).execute()
  })
}

/** Ids of the deliveries of a test of the other tenant's first watcher. */
async function tellWatcher(workflowId: number): Promise<{ readonly inbox: string; readonly email: string }> {
  const { token } = fixture.otherTenant
  const { body } = await fixture.call('testWatcher', { token, params: { workflowId, watcherIndex: 0 } })
  const deliveries: { id: string; channel: string }[] = Array.isArray(body['deliveries']) ? body['deliveries'] : []
  const idOf = (wanted: string): string => deliveries.find(({ channel }) => channel === wanted)?.id ?? ''
  return { inbox: idOf('inbox'), email: idOf('email') }
}

const all = (Object.entries(routes) as [OperationId, Route][]).map(([id, route]) => ({ id, route }))
const withToken = all.filter(({ route }) => route.auth === 'token')
/** Deletions last, those of parts before those of the whole, so that the others find what they ask for. */
const withIds = all
  .filter(
    ({ id, route }) => route.auth === 'token' && route.path.includes('{') && !notBuilt.some((other) => other === id),
  )
  .toReversed()
  .toSorted((a, b) => Number(a.route.method === 'DELETE') - Number(b.route.method === 'DELETE'))

describe.each(withToken)('$id', ({ id }) => {
  it.each([
    ['no token', null],
    ['a wrong token', 'nothing'],
    ['a wrong bearer token', 'Bearer nothing'],
    ['an empty bearer token', 'Bearer '],
    ['a token with more behind it', 'token-of-default-0123456789x'],
  ])('refuses %s', async (_case, token) => {
    const answer = await fixture.call(id, { token })
    expect([answer.status, answer.body['code']]).toEqual([401, 'unauthorized'])
  })
})

const bodies: Partial<Record<OperationId, unknown>> = {
  retryExecution: { from: 'start' },
  updateWorkflow: { watchers, steps: { a: { imageId: 1, command: 'true' } } },
  rotateSecret: { value: 'another value' },
  setImageVersionTags: { tags: [] },
  rollbackService: { revision: 1 },
  restoreWorkflowRevision: { revision: 1 },
  addServiceDomain: { domain: 'app.example.com' },
}
const queries: Partial<Record<OperationId, Readonly<Record<string, string>>>> = {
  getExecutionLogs: { stepName: 'a' },
  downloadExecutionLogs: { stepName: 'a' },
  deleteImageVersions: { versionIds: '1' },
}

describe.each(withIds)('$id', ({ id, route }) => {
  it("finds nothing behind another tenant's ids", async () => {
    const answer = await fixture.call(id, {
      params: foreign,
      ...(route.bodyKind === 'multipart' && { form: formOf({}, zip) }),
      ...(id in bodies && { body: bodies[id] }),
      ...(queries[id] !== undefined && { query: queries[id] }),
    })
    expect([answer.status, answer.body['code']]).toEqual([404, 'not_found'])
  })

  it('answers its owner', async () => {
    const answer = await fixture.call(id, {
      params: foreign,
      token: fixture.otherTenant.token,
      ...(route.bodyKind === 'multipart' && { form: formOf({}, zip) }),
      ...(id in bodies && { body: bodies[id] }),
      ...(queries[id] !== undefined && { query: queries[id] }),
    })
    expect(answer.status).not.toBe(404)
  })
})

describe.each(all.filter(({ route }) => route.auth === 'signed'))('$id', ({ id }) => {
  it.each([
    ['of nobody', {}],
    ['of another shape', { tenant: 'x', expires: '99999999999', signature: 'x' }],
  ])('refuses a signature %s', async (_case, query) => {
    const answer = await fixture.call(id, { params: foreign, query: { stepName: 'a', ...query }, token: null })
    expect([400, 404]).toContain(answer.status)
  })
})

describe.each(notBuilt.map((id) => ({ id })))('$id', ({ id }) => {
  it('says that it is not built yet', async () => {
    const answer = await fixture.call(id, { params: foreign })
    expect([answer.status, answer.body['code']]).toEqual([501, 'not_built'])
  })
})

describe('a token that was good is refused with what ended it', () => {
  const endings = { revoked_at: null, expires_at: null, disabled_at: null } as const
  const at = new Date('2026-11-20T09:30:00Z')
  const endWith = async ({
    revoked_at,
    expires_at,
    disabled_at,
  }: Readonly<Record<keyof typeof endings, Date | null>>) => {
    const { db } = fixture.database
    const { id } = fixture.otherTenant
    await db.updateTable('api_token').set({ revoked_at, expires_at }).where('tenant_id', '=', id).execute()
    await db.updateTable('tenant_user').set({ disabled_at }).where('tenant_id', '=', id).execute()
    const { status, body } = await fixture.call('getTenantMetadata', { token: fixture.otherTenant.token })
    return [status, body['code'], body['detail']]
  }

  it.each([
    ['its time', { expires_at: at }, /^this token expired at 2026-11-20 09:30 UTC; make another one/],
    ['its revocation', { revoked_at: at }, /^this token was revoked at 2026-11-20 09:30 UTC; make another one/],
    [
      'its user, who is disabled',
      { disabled_at: at },
      /^the user of this token is disabled since 2026-11-20 09:30 UTC; an admin/,
    ],
    ['what came first', { revoked_at: new Date(), expires_at: at }, /^this token expired/],
  ])('%s', async (_what, ended, message) => {
    expect(await endWith({ ...endings, ...ended })).toEqual([401, 'token_ended', expect.stringMatching(message)])
  })
})

it('does not tell strangers which paths there are', async () => {
  const { app, tenant } = fixture
  for (const url of ['/nothing', '/image-management/api/v2/images/configs', '/healthz/x']) {
    expect((await app.inject({ url })).statusCode).toBe(401)
    const known = await app.inject({ url, headers: { authorization: `Bearer ${tenant.token}` } })
    expect([404, 400]).toContain(known.statusCode)
    expect(known.json()).toMatchObject({ code: expect.any(String), requestId: expect.any(String) })
  }
})

describe('a page of another origin', () => {
  const url = '/image-management/api/v2/images/'
  const ours = 'https://app.example.com'
  const preflight = { 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' }

  it('may ask, with its token, when its origin is named', async () => {
    const asked = await fixture.app.inject({ method: 'OPTIONS', url, headers: { origin: ours, ...preflight } })
    expect([asked.statusCode, asked.headers]).toMatchObject([
      204,
      { 'access-control-allow-origin': ours, 'access-control-allow-headers': 'authorization', vary: 'origin' },
    ])
    const headers = { origin: ours, authorization: `Bearer ${fixture.tenant.token}` }
    const answer = await fixture.app.inject({ url, headers })
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([200, ours])
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials')
  })

  it('can read why it was refused', async () => {
    const answer = await fixture.app.inject({ url, headers: { origin: ours } })
    expect([answer.statusCode, answer.headers['access-control-allow-origin']]).toEqual([401, ours])
  })

  it.each(['https://evil.example', 'null', 'https://app.example.com.evil.example', 'http://app.example.com'])(
    'may not when it is %s',
    async (origin) => {
      const asked = await fixture.app.inject({ method: 'OPTIONS', url, headers: { origin, ...preflight } })
      expect(asked.statusCode).toBe(401)
      expect(asked.headers).not.toHaveProperty('access-control-allow-origin')
    },
  )
})
