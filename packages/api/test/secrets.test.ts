import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, numberIn } from './api-fixture.ts'

let fixture: ApiFixture
beforeAll(async () => {
  fixture = await createApiFixture()
})
afterAll(() => fixture.close())

const canary = 'canary-value-7f3a'
const create = (name: unknown, value: unknown): Promise<Answer> =>
  fixture.call('createSecret', { body: { name, value } })
const rotate = (secretName: string, value: unknown): Promise<Answer> =>
  fixture.call('rotateSecret', { params: { secretName }, body: { value } })
const list = async (query: Readonly<Record<string, string>> = {}): Promise<Answer> =>
  fixture.call('listSecrets', { query })

describe('secrets', () => {
  it('are created, listed by name, replaced and deleted, and no answer holds a value', async () => {
    const answers = [
      await create('secret-1', canary),
      await create('_b', `${canary}\nsecond line`),
      await rotate('secret-1', `${canary}-2`),
      await list(),
    ]
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 200])
    expect(answers[0]?.body).toEqual({ name: 'secret-1', version: 1 })
    expect(answers[2]?.body).toEqual({ name: 'secret-1', version: 2 })
    expect(answers[3]?.body).toMatchObject({
      secretCount: 2,
      pageCount: 1,
      secrets: [
        { name: '_b', version: 1, createdBy: 'default@example.com', usedBy: [], usedByCount: 0 },
        { name: 'secret-1', version: 2, updatedBy: 'default@example.com' },
      ],
    })
    expect(JSON.stringify(answers)).not.toContain(canary)
    expect((await list({ searchTerm: 'SECRET' })).body['secretCount']).toBe(1)
    expect((await list({ pageSize: '1', pageNumber: '2' })).body).toMatchObject({
      pageCount: 2,
      secrets: [{ name: 'secret-1' }],
    })
    for (const secretName of ['secret-1', '_b']) {
      expect((await fixture.call('deleteSecret', { params: { secretName } })).status).toBe(200)
    }
    expect((await list()).body).toMatchObject({ secrets: [], secretCount: 0 })
  })

  it('have one name in a tenant; another tenant may have the same', async () => {
    await create('taken', canary)
    expect((await create('taken', canary)).body['code']).toBe('name_taken')
    const theirs = await fixture.call('createSecret', {
      token: fixture.otherTenant.token,
      body: { name: 'taken', value: canary },
    })
    expect(theirs.status).toBe(201)
  })

  it.each([
    ['a name that starts with a digit', '1-secret', canary, 'name: must be 1 to 100 letters'],
    ['a name with a blank', 'a b', canary, 'name: must be'],
    ['a name that is too long', 'x'.repeat(101), canary, 'name: must'],
    ['no value', 'a', undefined, 'value: is required'],
    ['a value of three bytes', 'a', 'xyz', 'value: must have 4 to 65536 bytes; what is shorter cannot be masked'],
    ['a value of 65 KiB', 'a', canary.padEnd(65 * 1024, 'x'), 'value: must have'],
    ['a value of 65 KiB in two-byte characters', 'a', 'é'.repeat(33 * 1024), 'value: must have 4 to 65536 bytes'],
    ['a value with a NUL', 'a', `${canary}\0`, 'value: must not have NUL'],
    ['a value that is no text', 'a', { value: canary }, 'value: must be a text'],
  ])('are refused with %s, and the refusal does not repeat the value', async (_case, name, value, words) => {
    const answer = await create(name, value)
    expect([answer.status, answer.body['code'], answer.body['detail']]).toEqual([
      400,
      'invalid_request',
      expect.stringContaining(words),
    ])
    expect(answer.text).not.toContain(canary)
    expect(answer.text.length).toBeLessThan(1000)
  })

  it('take 4 bytes and 64 KiB', async () => {
    expect((await create('shortest', '🔑')).status).toBe(201)
    expect((await create('longest', 'x'.repeat(65_536))).status).toBe(201)
  })

  it('are found by nobody else', async () => {
    await create('mine', canary)
    const { token } = fixture.otherTenant
    const theirList = await fixture.call('listSecrets', { token, query: { searchTerm: 'mine' } })
    expect(theirList.body['secretCount']).toBe(0)
    const params = { secretName: 'mine' }
    for (const answer of [
      await fixture.call('rotateSecret', { token, params, body: { value: 'their value' } }),
      await fixture.call('deleteSecret', { token, params }),
    ]) {
      expect([answer.status, answer.body['detail']]).toEqual([404, 'secret "mine" does not exist'])
    }
  })

  it('have a history of who did what, without values', async () => {
    await create('with-history', canary)
    await rotate('with-history', `${canary}-2`)
    const rows = await fixture.database.db
      .selectFrom('resource_event')
      .select(['kind', 'type', 'data'])
      .where('resource_id', '=', 'with-history')
      .orderBy('id')
      .execute()
    expect(rows).toEqual([
      { kind: 'secret', type: 'secret.created', data: { by: 'default@example.com' } },
      { kind: 'secret', type: 'secret.rotated', data: { by: 'default@example.com', version: 2 } },
    ])
  })
})

describe('secrets that a workflow names', () => {
  const save = (name: string, step: object): Promise<Answer> =>
    fixture.call('createWorkflow', {
      body: { name, steps: { call: { type: 'http', url: 'https://example.com', ...step } } },
    })
  const remove = (secretName: string): Promise<Answer> => fixture.call('deleteSecret', { params: { secretName } })
  const usersOf = async (name: string): Promise<unknown> => {
    const answer = await list({ searchTerm: name })
    return answer.body['secrets']
  }

  it('must be there when it is saved, of this tenant', async () => {
    await fixture.call('createSecret', {
      token: fixture.otherTenant.token,
      body: { name: 'only-theirs', value: canary },
    })
    for (const step of [
      { parameters: { secrets: ['only-theirs'] } },
      { headers: { secrets: { 'X-Key': 'only-theirs' } } },
      { auth: { type: 'bearer-token', bearerToken: 'only-theirs' } },
    ]) {
      const answer = await save('w', step)
      expect([answer.status, answer.body['code']]).toEqual([400, 'unknown_reference'])
      expect(answer.body['detail']).toMatch(/^steps\.call\..*: secret "only-theirs" does not exist/)
    }
    const byVariable = await save('w', { url: 'https://example.com/{{ONLY_THEIRS_CUSTOM}}' })
    expect([byVariable.status, byVariable.body['code'], byVariable.body['detail']]).toEqual([
      400,
      'unknown_reference',
      expect.stringMatching(/^steps\.call\.url: \{\{ONLY_THEIRS_CUSTOM\}\} stands for a secret that does not exist/),
    ])
  })

  it('are listed with it and cannot be deleted until it lets go of them', async () => {
    for (const name of ['in-header', 'in-auth', 'in-template']) await create(name, canary)
    const steps = {
      headers: { secrets: { 'X-Key': 'in-header' } },
      auth: { type: 'bearer-token', bearerToken: 'in-auth' },
      url: 'https://example.com/{{IN_TEMPLATE_CUSTOM}}',
    }
    const workflowId = numberIn(await save('user-of-secrets', steps), 'id')
    const usedBy = [{ kind: 'workflow', id: String(workflowId), name: 'user-of-secrets' }]
    for (const name of ['in-header', 'in-auth', 'in-template']) {
      expect(await usersOf(name)).toMatchObject([{ name, usedBy, usedByCount: 1 }])
      const answer = await remove(name)
      expect([answer.status, answer.body['code']]).toEqual([409, 'conflict'])
      expect(answer.body['detail']).toContain(`is used by workflow ${workflowId} ("user-of-secrets")`)
    }
    const params = { workflowId }
    const update = { steps: { call: { type: 'http', url: 'https://example.com', auth: steps.auth } } }
    expect((await fixture.call('updateWorkflow', { params, body: update })).status).toBe(200)
    expect((await remove('in-header')).status).toBe(200)
    expect((await remove('in-auth')).status).toBe(409)
    await fixture.call('deleteWorkflow', { params })
    expect((await remove('in-auth')).status).toBe(200)
  })

  it('are looked for again at each start, and their variables must not be given to a run', async () => {
    await create('at-start', canary)
    const workflowId = numberIn(await save('starts', { parameters: { secrets: ['at-start'] } }), 'id')
    const execute = (body: object): Promise<Answer> => fixture.call('executeWorkflow', { params: { workflowId }, body })
    const clash = await execute({ params: { global: { AT_START_CUSTOM: 'x' } } })
    expect([clash.status, clash.body['detail']]).toEqual([
      400,
      'params.global.AT_START_CUSTOM: is the name of a secret of step "call" ("at-start"); leave it out',
    ])
    await fixture.database.db.deleteFrom('secret_use').execute()
    await remove('at-start')
    const gone = await execute({})
    expect([gone.status, gone.body['code']]).toEqual([400, 'unknown_reference'])
    expect(gone.body['detail']).toContain('steps.call.parameters.secrets: secret "at-start" does not exist')
  })

  it('are shown by describe as they were written, and taken back', async () => {
    await create('shown', canary)
    const step = {
      parameters: { secrets: ['shown'] },
      headers: { secrets: { 'X-Key': 'shown' } },
      auth: { type: 'basic', username: 'me', password: 'shown' },
    }
    const params = { workflowId: numberIn(await save('shows-secrets', step), 'id') }
    const { body } = await fixture.call('describeWorkflow', { params })
    expect(body['steps']).toMatchObject({ call: step })
    expect((await fixture.call('updateWorkflow', { params, body })).status).toBe(200)
  })
})
