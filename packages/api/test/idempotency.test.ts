import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Answer, type ApiFixture, createApiFixture, formOf, makeImage, numberIn, zipOf } from './api-fixture.ts'

let fixture: ApiFixture
let workflowId: number
let zip: Buffer

beforeAll(async () => {
  fixture = await createApiFixture()
  const { imageId } = await makeImage(fixture, { name: 'img', engineImageId: 'sha256:1' })
  const body = { name: 'w', metadata: { allowConcurrentExecution: true }, steps: { a: { imageId, command: 'true' } } }
  workflowId = numberIn(await fixture.call('createWorkflow', { body }), 'id')
  zip = await zipOf({ 'main.py': 'print(1)' })
})
afterAll(() => fixture.close())

const execute = (key: string, body: object = {}): Promise<Answer> =>
  fixture.call('executeWorkflow', { params: { workflowId }, body, headers: { 'idempotency-key': key } })

async function countRuns(): Promise<number> {
  return numberIn(await fixture.call('listExecutions', { params: { workflowId } }), 'executionsCount')
}

it('a write that is repeated under its key is done once and answered the same', async () => {
  const first = await execute('once')
  const again = await execute('once')
  expect([first.status, again.status]).toEqual([202, 202])
  expect(again.body).toEqual(first.body)
  expect([first.headers['idempotency-replayed'], again.headers['idempotency-replayed']]).toEqual([undefined, 'true'])
  expect((await execute('twice')).body).not.toEqual(first.body)
})

it('of writes under one key that arrive at once, one is done', async () => {
  const before = await countRuns()
  const answers = await Promise.all(Array.from({ length: 8 }, () => execute('at once')))
  expect((await countRuns()) - before).toBe(1)
  const done = answers.filter(({ status }) => status === 202)
  expect(new Set(done.map(({ text }) => text)).size).toBe(1)
  const others = answers.filter(({ status }) => status !== 202)
  for (const { body, headers } of others) expect([body['code'], headers['retry-after']]).toEqual(['conflict', '1'])
  const later = await execute('at once')
  expect(later.text).toBe(done[0]?.text)
})

it('another request under a key is refused, and does nothing', async () => {
  await execute('one body', { params: { global: { MONTHS: '1' } } })
  const before = await countRuns()
  const other = await execute('one body', { params: { global: { MONTHS: '2' } } })
  expect([other.status, other.body['code']]).toEqual([422, 'unprocessable'])
  expect(await countRuns()).toBe(before)
})

it('what is refused frees its key, and a key is of one tenant', async () => {
  const refused = await execute('refused', { stepsToRun: [{ stepName: 'none' }] })
  expect(refused.status).toBe(400)
  expect((await execute('refused')).status).toBe(202)
  const elsewhere = { token: fixture.otherTenant.token, headers: { 'idempotency-key': 'once' } }
  const other = await fixture.call('executeWorkflow', { params: { workflowId }, ...elsewhere })
  expect(other.status).toBe(404)
})

it('an upload that is repeated makes one artifact and leaves no file behind', async () => {
  const create = (bytes: Buffer): Promise<Answer> =>
    fixture.call('createArtifact', { form: formOf({ name: 'once' }, bytes), headers: { 'idempotency-key': 'upload' } })
  const [first, again] = [await create(zip), await create(zip)]
  expect([first.status, again.text]).toEqual([201, first.text])
  expect((await create(await zipOf({ 'main.py': 'print(2)' }))).status).toBe(422)
  expect(await fixture.storedFiles()).toHaveLength(1)
})

it('a key is good for 24 hours, and is text that can be read', async () => {
  const first = await execute('old')
  await fixture.database.pool.query("update named_call set created_at = now() - interval '25 hours' where key = 'old'")
  expect((await execute('old')).body).not.toEqual(first.body)
  expect((await execute('x'.repeat(256))).body['code']).toBe('invalid_request')
})

it('keeps what was asked and answered sealed', async () => {
  const body = { name: 'token-of-a-shop', value: 'a value nobody may read' }
  await fixture.call('createSecret', { body, headers: { 'idempotency-key': 'secret' } })
  const { rows } = await fixture.database.pool.query<{ kept: string }>(
    "select encode(request, 'escape') || encode(answer, 'escape') as kept from named_call where key = 'secret'",
  )
  expect(rows).toHaveLength(1)
  expect(rows[0]?.kept).not.toContain('token-of-a-shop')
})
