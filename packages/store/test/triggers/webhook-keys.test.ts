import { randomBytes, randomUUID } from 'node:crypto'
import { createTestDatabase, openTestCipher, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  agreeOnSecretKeys,
  createSecretCipher,
  findHook,
  hashHookToken,
  insertWorkflow,
  lockSecretKeys,
  readHookKeys,
  readSigningSecret,
  resealWebhooks,
  type SecretCipher,
  syncWebhooks,
  type WrittenHook,
} from '../../src/index.ts'

let subject: TestDatabase
let cipher: SecretCipher
let owner: { readonly tenantId: string; readonly workflowId: number }

beforeAll(async () => {
  subject = await createTestDatabase({ maxConnections: 4 })
  cipher = await openTestCipher(subject.database)
})
afterAll(() => subject.drop())
beforeEach(async () => {
  await subject.database.pool.query('delete from workflow_webhook')
  const tenantId = randomUUID()
  await subject.database.db.insertInto('tenant').values({ id: tenantId, name: tenantId }).execute()
  const workflow = { tenantId, name: 'w', body: { triggers: [] }, secrets: [], createdBy: 'test' }
  const id = await subject.database.transaction((tx) => insertWorkflow(tx, workflow))
  owner = { tenantId, workflowId: id ?? 0 }
})

const sync = (hooks: Parameters<typeof syncWebhooks>[3], by = cipher): Promise<WrittenHook[]> =>
  subject.database.transaction((tx) => syncWebhooks(tx, by, owner, hooks))
const keysOf = (by: SecretCipher) =>
  readHookKeys(subject.database.db, by, { tenantId: owner.tenantId, workflowIds: [owner.workflowId] })
const agree = (by: SecretCipher) =>
  subject.database.transaction(async (tx) => agreeOnSecretKeys(tx, by, await lockSecretKeys(tx)))

test('A hook of before tokens were sealed keeps its id as token, is called by it, and is sealed when it is written', async () => {
  const webhook = randomUUID()
  const { tenantId, workflowId } = owner
  await subject.database.db
    .insertInto('workflow_webhook')
    .values({
      id: webhook,
      workflow_id: workflowId,
      tenant_id: tenantId,
      token_hash: hashHookToken(webhook),
      sealed: null,
      key_id: null,
      signing_secret: null,
    })
    .execute()
  expect(await findHook(subject.database.db, webhook)).toMatchObject({ id: webhook, tenantId, workflowId })
  expect(await sync([{ webhook }])).toMatchObject([{ token: webhook }])
  const row = await subject.database.db
    .selectFrom('workflow_webhook')
    .select('sealed')
    .where('id', '=', webhook)
    .executeTakeFirstOrThrow()
  expect(row.sealed).not.toBeNull()
  expect((await findHook(subject.database.db, webhook))?.id).toBe(webhook)
})

test('Keys of hooks count among what a key of secrets seals, and are sealed anew under the next one', async () => {
  const webhook = randomUUID()
  const [hook] = await sync([{ webhook, signingSecret: true }])
  const keys = { token: hook?.token, signingSecret: hook?.signingSecret }
  const [next, testKey] = [randomBytes(32), Buffer.alloc(32, 'key of tests')]
  const [both, onlyNext] = [createSecretCipher([next, testKey]), createSecretCipher([next])]
  expect(await agree(both)).toEqual({ kind: 'agreed' })
  expect(await agree(onlyNext)).toEqual({ kind: 'refused', missing: cipher.keyIds })
  expect(await resealWebhooks(subject.database.db, both)).toEqual({ resealed: 1, unreadable: [] })
  expect(await resealWebhooks(subject.database.db, both)).toEqual({ resealed: 0, unreadable: [] })
  expect(await agree(onlyNext)).toEqual({ kind: 'agreed' })
  expect((await keysOf(onlyNext)).get(webhook)).toEqual(keys)
  expect(await keysOf(cipher)).toEqual(new Map())
})

test('A hook whose secret cannot be opened lets no call pass, and is named when keys are replaced', async () => {
  const webhook = randomUUID()
  const [hook] = await sync([{ webhook, signingSecret: true }])
  await subject.database.pool.query('update workflow_webhook set sealed = $1 where id = $2', [
    Buffer.alloc(40),
    webhook,
  ])
  const found = await findHook(subject.database.db, hook?.token ?? '')
  if (found === null) throw new Error('the hook is gone')
  await expect(readSigningSecret(subject.database.db, cipher, found)).rejects.toThrow('cannot be opened')
  const next = createSecretCipher([randomBytes(32), Buffer.alloc(32, 'key of tests')])
  await agree(next)
  expect((await resealWebhooks(subject.database.db, next)).unreadable).toEqual([`webhook ${webhook}`])
})

test('A sealed key that is moved to the hook of another tenant does not open there', async () => {
  const [mine, theirs] = [randomUUID(), randomUUID()]
  await sync([{ webhook: mine }, { webhook: theirs }])
  await subject.database.pool.query(
    'update workflow_webhook set sealed = (select sealed from workflow_webhook where id = $1) where id = $2',
    [mine, theirs],
  )
  expect([...(await keysOf(cipher)).keys()]).toEqual([mine])
})

test('A hook whose keys cannot be opened gets new ones when it is written, and the old token is refused', async () => {
  const webhook = randomUUID()
  const [before] = await sync([{ webhook }])
  await subject.database.pool.query('update workflow_webhook set sealed = $1 where id = $2', [
    Buffer.alloc(40),
    webhook,
  ])
  const [after] = await sync([{ webhook }])
  expect(await findHook(subject.database.db, before?.token ?? '')).toBeNull()
  expect((await findHook(subject.database.db, after?.token ?? ''))?.id).toBe(webhook)
})
