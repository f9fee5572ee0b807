/** Generated from the route table: what each role, and each scope of a token, may call. */
import { accessNeededBy, type OperationId, type Role, type Route, routes, type TokenScope } from '@cairn/contract'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApiFixture, createApiFixture, formOf, makeToken, numberIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
let zip: Buffer
const tokens = new Map<string, string>()

/** By hand, so that the table of the contract cannot agree with itself alone: how many operations each may call. */
const holders: readonly { readonly role: Role; readonly scope: TokenScope; readonly may: readonly string[] }[] = [
  { role: 'viewer', scope: 'write', may: ['read'] },
  { role: 'editor', scope: 'write', may: ['read', 'run', 'write'] },
  { role: 'admin', scope: 'write', may: ['read', 'run', 'write', 'manage'] },
  { role: 'admin', scope: 'read', may: ['read'] },
  { role: 'admin', scope: 'run', may: ['read', 'run'] },
  { role: 'editor', scope: 'run', may: ['read', 'run'] },
  { role: 'viewer', scope: 'run', may: ['read'] },
]

beforeAll(async () => {
  fixture = await createApiFixture()
  zip = await zipOf({ Dockerfile: 'FROM scratch' })
  for (const { role, scope } of holders) {
    const holder = { tenantId: fixture.tenant.id, name: role, role, scope }
    tokens.set(`${role} ${scope}`, await makeToken(fixture.database, holder))
  }
})
afterAll(() => fixture.close())

const identified = (Object.entries(routes) as [OperationId, Route][])
  .filter(([, route]) => route.auth === 'token')
  .map(([id, route]) => ({ id, route, needs: accessNeededBy(id) }))

const nowhere = '00000000-0000-4000-8000-000000000000'
const params = Object.fromEntries(
  identified
    .flatMap(({ route }) => Object.entries(route.params?.properties ?? {}))
    .map(([name]) => [name, /^(image|version|build|workflow|email)/.test(name) ? 999_999 : nowhere]),
)

/** An answer without an end is not waited for. */
const queries: Partial<Record<OperationId, Readonly<Record<string, string>>>> = { followEvents: { kinds: 'none' } }

describe.each(identified)('$id', ({ id, route, needs }) => {
  it.each(holders)('answers 403 to the $role with scope $scope unless that may do so', async ({ role, scope, may }) => {
    const answer = await fixture.call(id, {
      params,
      token: tokens.get(`${role} ${scope}`) ?? '',
      ...(queries[id] !== undefined && { query: queries[id] }),
      ...(route.bodyKind === 'multipart' && { form: formOf({}, zip) }),
    })
    expect(needs).not.toBeNull()
    expect(answer.status === 403).toBe(!may.includes(needs ?? ''))
    expect(answer.status).not.toBe(401)
  })
})

it('lets nobody below an editor change or start anything, but for their own inbox, tokens, password and session', () => {
  const open = identified.filter(({ route, needs }) => needs === 'read' && route.method !== 'GET').map(({ id }) => id)
  expect(open.toSorted()).toEqual([
    'changePassword',
    'createToken',
    'endSession',
    'markInboxEntryRead',
    'markInboxRead',
    'revokeToken',
    'sendTelemetry',
  ])
})

it('tells each caller the same as a tree of features', async () => {
  const treeOf = async (holder: string): Promise<unknown> =>
    (await fixture.call('checkPermissions', { query: { type: 'app' }, token: tokens.get(holder) ?? '' })).body
  const [read, write, none] = [{ actions: ['read'] }, { actions: ['read', 'write'] }, { actions: [] }]
  expect(await treeOf('viewer write')).toMatchObject({
    CAIRN: { WORKFLOWS: read, EXECUTIONS: read, PEOPLE: none, SYSTEM: none },
  })
  expect(await treeOf('editor write')).toMatchObject({ CAIRN: { WORKFLOWS: write, SECRETS: write, PEOPLE: none } })
  expect(await treeOf('admin write')).toMatchObject({ CAIRN: { PEOPLE: write, SYSTEM: write } })
  expect(await treeOf('admin run')).toMatchObject({ CAIRN: { EXECUTIONS: write, WORKFLOWS: read, PEOPLE: none } })
})

it('names the role that is needed and the one that is held, and a scope where the role would do', async () => {
  const asViewer = await fixture.call('createSecret', { token: tokens.get('viewer write') ?? '' })
  expect(asViewer.body['message']).toBe('createSecret needs the role editor: you hold viewer; ask an admin of default')
  const asAdmin = await fixture.call('createSecret', { token: tokens.get('admin run') ?? '' })
  expect(asAdmin.body['message']).toBe(
    'createSecret needs the role editor: the scope of this token is less than your role admin; use a token that may write',
  )
})

it('shows the token of a webhook, which starts runs, to nobody who may not start them', async () => {
  const steps = { a: { type: 'http', method: 'get', url: 'http://127.0.0.1:9/' } }
  const made = await fixture.call('createWorkflow', { body: { name: 'hooked', triggers: [{ webhook: true }], steps } })
  const shown = await Promise.all(
    holders.map(async ({ role, scope }) => {
      const token = tokens.get(`${role} ${scope}`) ?? ''
      const described = await fixture.call('describeWorkflow', { token, params: { workflowId: numberIn(made, 'id') } })
      const listed = await fixture.call('listWorkflows', { token })
      return [described, listed].map(({ status, text }) => [status, text.includes('"webhook":"')])
    }),
  )
  expect(shown).toEqual(holders.map(({ may }) => Array.from({ length: 2 }, () => [200, may.includes('run')])))
})
