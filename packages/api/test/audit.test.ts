import type { AuditEvent } from '@cairn/contract'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Answer,
  type ApiFixture,
  type Call,
  createApiFixture,
  formOf,
  makeImage,
  makeToken,
  numberIn,
  textIn,
  zipOf,
} from './api-fixture.ts'

let fixture: ApiFixture
let viewer: string

beforeAll(async () => {
  fixture = await createApiFixture()
  viewer = await makeToken(fixture.database, { tenantId: fixture.tenant.id, name: 'vera', role: 'viewer' })
})
afterAll(() => fixture.close())

async function events(query: Call['query'] = {}, token = fixture.tenant.token): Promise<readonly AuditEvent[]> {
  const answer = await fixture.call('listAuditEvents', { query: { pageSize: '1000', ...query }, token })
  expect(answer.status).toBe(200)
  // Held against the contract by the fixture.
  return answer.body['events'] as AuditEvent[]
}

const newest = async (query: Call['query'] = {}): Promise<AuditEvent | undefined> => (await events(query))[0]

describe('the audit log', () => {
  it('has who did what to which resource, from where, how it went and under which request', async () => {
    const answer = await fixture.call('createSecret', { body: { name: 'first', value: 'value' } })
    expect(await newest()).toMatchObject({
      user: { email: 'default@example.com', id: expect.any(String) },
      token: 'test',
      operation: 'createSecret',
      resource: { kind: 'secret', id: null, name: 'first' },
      address: '127.0.0.1',
      status: 201,
      errorCode: null,
      requestId: answer.headers['x-request-id'],
    })
  })

  it('has what was refused: by the role, by a rule, by the state', async () => {
    const { imageId } = await makeImage(fixture, { name: 'app', engineImageId: 'sha256:x' })
    const steps = { a: { imageId, command: 'true' } }
    const workflow = await fixture.call('createWorkflow', { body: { name: 'w', steps } })
    const workflowId = numberIn(workflow, 'id')
    const executionId = textIn(await fixture.call('executeWorkflow', { params: { workflowId } }), 'executionId')
    expect(await newest()).toMatchObject({ resource: { kind: 'run', id: `${workflowId}/${executionId}` } })
    await fixture.call('stopExecution', { token: viewer, params: { workflowId, executionId } })
    expect(await newest()).toMatchObject({
      user: { email: 'vera@example.com' },
      operation: 'stopExecution',
      resource: { kind: 'run', id: `${workflowId}/${executionId}` },
      status: 403,
      errorCode: 'forbidden',
    })
    await fixture.call('createSecret', { body: { name: '' } })
    expect(await newest()).toMatchObject({ operation: 'createSecret', status: 400, errorCode: 'invalid_request' })
    await fixture.call('createSecret', { body: { name: 'first', value: 'value' } })
    expect(await newest()).toMatchObject({ errorCode: 'name_taken', resource: { name: 'first' } })
    const unstorable = { token: viewer, params: { secretName: '%00x' } }
    expect((await fixture.call('rotateSecret', unstorable)).status).toBe(403)
    expect(await newest()).toMatchObject({ operation: 'rotateSecret', resource: { id: 'x' } })
  })

  it('has nothing of what reads, of a rehearsal, or of marks in the own inbox', async () => {
    const before = (await events()).length
    await fixture.call('listSecrets')
    await fixture.call('markInboxRead')
    await fixture.call('sendTelemetry')
    await fixture.call('createWorkflow', { query: { dryRun: 'true' }, body: { name: 'tried', steps: {} } })
    expect((await events()).length).toBe(before)
  })

  it('has a change whose caller asks for a rehearsal where there is none', async () => {
    await fixture.call('createSecret', { query: { dryRun: 'true' }, body: { name: 'really', value: 'value' } })
    expect((await fixture.call('listSecrets')).text).toContain('really')
    expect(await newest()).toMatchObject({ operation: 'createSecret', resource: { name: 'really' }, status: 201 })
  })

  it('keeps an event whose name is cut within a letter, and those that are written beside it', async () => {
    const invited = await fixture.call('inviteUser', { body: { email: 'ann@example.com', role: 'viewer' } })
    const { id } = Object(invited.body['user'])
    const renamed = { params: { userId: id }, body: { name: `a${'😀'.repeat(200)}`, role: 'editor' } }
    const answers = await Promise.all([
      fixture.call('updateUser', renamed),
      fixture.call('createSecret', { body: { name: 'beside', value: 'value' } }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 201])
    expect(
      (await events())
        .slice(0, 2)
        .map(({ operation }) => operation)
        .toSorted(),
    ).toEqual(['createSecret', 'updateUser'])
  })

  it('has calls of webhooks under the name of the hook', async () => {
    const { imageId } = await makeImage(fixture, { name: 'hooked', engineImageId: 'sha256:x' })
    const triggers = [{ webhook: true }]
    const steps = { a: { imageId, command: 'true' } }
    const made = await fixture.call('createWorkflow', { body: { name: 'hooked', steps, triggers } })
    const described = await fixture.call('describeWorkflow', { params: { workflowId: numberIn(made, 'id') } })
    const hook = /"webhook":"([^"]+)"/.exec(described.text)?.[1] ?? ''
    const called = await fixture.call('callWebhook', { token: null, params: { webhook: hook.split('/').at(-1) ?? '' } })
    expect(await newest()).toMatchObject({
      user: null,
      token: expect.stringMatching(/^webhook /),
      operation: 'callWebhook',
      resource: { kind: 'run' },
      status: called.status,
    })
    expect(JSON.stringify(await events())).not.toContain(hook.split('/').at(-1))
  })

  it('is found by user, operation, resource, result and time', async () => {
    expect((await events({ user: 'VERA@example.com' })).map(({ operation }) => operation)).toEqual([
      'rotateSecret',
      'stopExecution',
    ])
    const made = await events({ operation: ['createSecret'], result: 'done', resourceKind: 'secret' })
    expect(made.map(({ resource }) => resource.name)).toEqual(['beside', 'really', 'first'])
    expect((await events({ result: 'refused' })).every(({ errorCode }) => errorCode !== null)).toBe(true)
    const [run] = await events({ operation: ['executeWorkflow'] })
    const workflow = run?.resource.id?.split('/')[0] ?? ''
    expect((await events({ resourceKind: 'run', resourceId: workflow })).length).toBe(2)
    expect(await events({ dateTo: '2020-01-01' })).toEqual([])
  })

  it('is seen by admins of the tenant alone', async () => {
    expect((await fixture.call('listAuditEvents', { token: viewer })).status).toBe(403)
    expect(await events({}, fixture.otherTenant.token)).toEqual([])
  })

  it.each([
    ['csv', (text: string) => text.split('\r\n').length - 2],
    [
      'ndjson',
      (text: string) =>
        text
          .trim()
          .split('\n')
          .map((line): unknown => JSON.parse(line)).length,
    ],
  ])('can be taken along as %s, with every event', async (format, countOf) => {
    const answer = await fixture.call('exportAuditEvents', { query: { format } })
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="audit.${format}"`)
    expect(countOf(answer.text)).toBe((await events()).length)
  })
})

describe('a sign-in', () => {
  const password = 'correct horse battery'
  const signIn = (given: string) =>
    fixture.call('createSession', { token: null, body: { email: 'Sam@example.com', password: given } })

  it('is kept, also with a wrong password, and so is the first by an invitation', async () => {
    const invited = await fixture.call('inviteUser', { body: { email: 'sam@example.com', role: 'viewer' } })
    expect(await newest()).toMatchObject({
      operation: 'inviteUser',
      resource: { kind: 'user', name: 'sam@example.com', id: expect.any(String) },
    })
    const token = new URL(textIn(invited, 'url')).hash.slice(1)
    await fixture.call('acceptInvitation', { token: null, body: { token, password } })
    const self = { user: { email: 'sam@example.com' }, token: null, resource: { kind: 'session' } }
    expect(await newest()).toMatchObject({ ...self, operation: 'acceptInvitation', status: 200 })
    await signIn(password)
    expect(await newest()).toMatchObject({ ...self, operation: 'createSession', status: 200, errorCode: null })
    await signIn('wrong')
    await eventually(async () =>
      expect(await newest()).toMatchObject({ ...self, status: 401, errorCode: 'unauthorized' }),
    )
    await fixture.call('createSession', { token: null, body: { token: fixture.tenant.token } })
    expect(await newest()).toMatchObject({ user: { email: 'default@example.com' }, token: 'test', status: 200 })
  })
})

it('keeps no secret, password, token or file, whatever is sent', async () => {
  const canary = 'canary-7f3a9c51d2e84b60'
  const invited = await fixture.call('inviteUser', { body: { email: 'canary@example.com', role: 'admin' } })
  const link = new URL(textIn(invited, 'url')).hash.slice(1)
  const accepted = await fixture.call('acceptInvitation', { token: null, body: { token: link, password: canary } })
  await fixture.call('createSession', { token: null, body: { email: 'canary@example.com', password: `${canary}!` } })
  await fixture.call('createSession', { token: null, body: { token: canary } })
  const page = { token: null, headers: { cookie: cookieOf(accepted), 'x-cairn-csrf': '1' } }
  await fixture.call('changePassword', { ...page, body: { currentPassword: canary, newPassword: `${canary}2` } })
  const made = await fixture.call('createToken', { ...page, body: { label: 'l', scope: 'write' } })
  await fixture.call('createSecret', { body: { name: 'canary', value: canary } })
  await fixture.call('createSecret', { body: { name: 'canary', value: canary } })
  await fixture.call('rotateSecret', { params: { secretName: 'canary' }, body: { value: `${canary}3` } })
  await fixture.call('createArtifact', { form: formOf({ name: 'a', description: canary }, await zipOf({ a: canary })) })
  const steps = { a: { type: 'http', method: 'GET', url: `https://x.y/${canary}`, headers: { a: canary } } }
  await fixture.call('createWorkflow', { body: { name: 'canary', steps, description: canary } })
  await fixture.call('createSecret', { token: canary, body: { name: 'x', value: canary } })
  const text = (await fixture.call('exportAuditEvents', { query: { format: 'ndjson' } })).text
  expect(text).toContain('rotateSecret')
  for (const hidden of [canary, link, textIn(made, 'token'), cookieOf(accepted).split('=')[1] ?? 'none']) {
    expect(text).not.toContain(hidden)
  }
})

function cookieOf(answer: Answer): string {
  const fields: unknown = answer.headers['set-cookie']
  return Array.isArray(fields) ? (String(fields[0]).split(';')[0] ?? '') : ''
}
