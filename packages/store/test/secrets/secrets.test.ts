import { randomBytes, randomUUID } from 'node:crypto'
import { createTestDatabase, openTestCipher, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  agreeOnSecretKeys,
  createSecretCipher,
  deleteSecret,
  forgetRetiredSecrets,
  insertSecret,
  listSecrets,
  lockSecretKeys,
  readSecretValues,
  replaceSecret,
  resealSecrets,
  type SecretCipher,
  selectKnownSecrets,
} from '../../src/index.ts'

let subject: TestDatabase
let cipher: SecretCipher
const [tenantId, otherTenantId] = [randomUUID(), randomUUID()]

beforeAll(async () => {
  subject = await createTestDatabase({ maxConnections: 10 })
  for (const id of [tenantId, otherTenantId]) {
    await subject.database.db.insertInto('tenant').values({ id, name: id }).execute()
  }
})
afterAll(() => subject.drop())
beforeEach(async () => {
  for (const table of ['secret_use', 'secret', 'retired_secret', 'secret_key']) {
    await sql`delete from ${sql.table(table)}`.execute(subject.database.db)
  }
  cipher = await openTestCipher(subject.database)
})

const page = { pageNumber: 1, pageSize: 25 }
const write = (name: string, value: string, tenant = tenantId) => ({
  tenantId: tenant,
  name,
  secret: cipher.seal(value, { tenantId: tenant, name }),
  by: 'a@b.c',
})
const insert = (name: string, value: string, tenant = tenantId): Promise<boolean> =>
  subject.database.transaction((tx) => insertSecret(tx, write(name, value, tenant)))
const replace = (name: string, value: string): Promise<number | null> =>
  subject.database.transaction((tx) => replaceSecret(tx, write(name, value)))
const remove = (name: string) => subject.database.transaction((tx) => deleteSecret(tx, { tenantId, name }))
const valuesOf = (names: readonly string[], by: SecretCipher = cipher, tenant = tenantId) =>
  readSecretValues(subject.database.db, by, tenant, names)
const retired = async (): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) as count from retired_secret`.execute(
    subject.database.db,
  )
  return rows[0]?.count ?? -1
}
const use = (name: string, id: string) =>
  subject.database.db
    .insertInto('secret_use')
    .values({ tenant_id: tenantId, name, kind: 'workflow', resource_id: id })
    .execute()

describe('a secret', () => {
  test('is read by name, of its own tenant only', async () => {
    await insert('token', 'first value')
    await insert('token', 'their value', otherTenantId)
    expect(await valuesOf(['token', 'unknown'])).toEqual(new Map([['token', 'first value']]))
    expect(await valuesOf(['token'], cipher, otherTenantId)).toEqual(new Map([['token', 'their value']]))
    expect(await valuesOf(['token'], cipher, randomUUID())).toEqual(new Map())
    const known = (names: string[], variables: string[]) =>
      selectKnownSecrets(subject.database.db, tenantId, { names, variables })
    expect(await known(['token', 'unknown'], [])).toEqual(new Set(['token']))
    await insert('api-token', 'value')
    expect(await known([], ['API_TOKEN_CUSTOM', 'API_TOKEN', 'X_CUSTOM'])).toEqual(new Set(['api-token']))
    expect(await known([], [])).toEqual(new Set())
  })

  test('has one name in a tenant, and counts its values', async () => {
    expect(await insert('token', 'first value')).toBe(true)
    expect(await insert('token', 'other value')).toBe(false)
    expect(await replace('token', 'second value')).toBe(2)
    expect(await replace('unknown', 'second value')).toBeNull()
    expect(await valuesOf(['token'])).toEqual(new Map([['token', 'second value']]))
    const { items, total } = await listSecrets(subject.database.db, tenantId, 'TOK', page)
    expect(total).toBe(1)
    expect(items).toEqual([
      {
        name: 'token',
        version: 2,
        createdAt: expect.any(Date),
        createdBy: 'a@b.c',
        updatedAt: expect.any(Date),
        updatedBy: 'a@b.c',
        usedBy: [],
        usedByCount: 0,
      },
    ])
  })

  test('whose row was filled from another tenant or name does not open', async () => {
    await insert('token', 'first value')
    await insert('token', 'their value', otherTenantId)
    await insert('other', 'other value')
    await sql`update secret set sealed = (
      select sealed from secret as s where s.tenant_id = ${otherTenantId}
    ) where tenant_id = ${tenantId} and name = 'token'`.execute(subject.database.db)
    await expect(valuesOf(['token'])).rejects.toThrow('secret "token" cannot be read')
    expect(await valuesOf(['other'])).toEqual(new Map([['other', 'other value']]))
  })

  test('is not deleted while something names it', async () => {
    await insert('token', 'value')
    await use('token', '7')
    expect(await remove('token')).toEqual({ kind: 'in_use', usedBy: [{ kind: 'workflow', id: '7', name: '7' }] })
    await sql`delete from secret_use`.execute(subject.database.db)
    expect(await remove('token')).toEqual({ kind: 'deleted' })
    expect(await remove('token')).toEqual({ kind: 'unknown' })
  })

  test('that a transaction is about to name is deleted only when that one has ended', async () => {
    await insert('token', 'value')
    const deletions: ReturnType<typeof remove>[] = []
    await subject.database.transaction(async (tx) => {
      await selectKnownSecrets(tx, tenantId, { names: ['token'], variables: [] })
      deletions.push(remove('token'))
      await tx
        .insertInto('secret_use')
        .values({ tenant_id: tenantId, name: 'token', kind: 'workflow', resource_id: '7' })
        .execute()
    })
    expect(await Promise.all(deletions)).toMatchObject([{ kind: 'in_use' }])
  })
})

describe('a value that was replaced or deleted', () => {
  test('is kept until the runs that may have begun with it have ended, and its name can be used again', async () => {
    await insert('token', 'first value')
    const executionId = await insertRun()
    await replace('token', 'second value')
    await remove('token')
    expect(await insert('token', 'third value')).toBe(true)
    expect(await forgetRetiredSecrets(subject.database.db)).toBe(0)
    expect(await retired()).toBe(2)
    await subject.database.db
      .updateTable('execution')
      .set({ status: 'success', finished_at: new Date() })
      .where('id', '=', executionId)
      .execute()
    expect(await forgetRetiredSecrets(subject.database.db)).toBe(2)
  })

  test('is not kept for runs of later or of other tenants', async () => {
    await insert('token', 'their value', otherTenantId)
    await subject.database.transaction((tx) => deleteSecret(tx, { tenantId: otherTenantId, name: 'token' }))
    await insertRun()
    expect(await forgetRetiredSecrets(subject.database.db)).toBe(1)
  })
})

async function insertRun(): Promise<string> {
  const { db } = subject.database
  const workflow = await db
    .insertInto('workflow')
    .values({ tenant_id: tenantId, name: randomUUID(), created_by: 'x', updated_by: 'x', deleted_at: null })
    .returning('id')
    .executeTakeFirstOrThrow()
  const plan = await db
    .insertInto('run_plan')
    .values({ workflow_id: workflow.id, revision: 1, digest: 'x', body: '{}' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const id = randomUUID()
  await db
    .insertInto('execution')
    .values({
      id,
      tenant_id: tenantId,
      workflow_id: workflow.id,
      plan_id: plan.id,
      status: 'queued',
      parameters: '{}',
      started_by: 'x',
      reason: null,
      owner: null,
      finished_at: null,
    })
    .execute()
  return id
}

describe('the keys of a database', () => {
  const agree = (by: SecretCipher) =>
    subject.database.transaction(async (tx) => agreeOnSecretKeys(tx, by, await lockSecretKeys(tx)))
  const another = randomBytes(32)
  const testKey = Buffer.alloc(32, 'key of tests')

  test('are those of the first server; a server with another one is refused, also before the first secret', async () => {
    expect(await agree(createSecretCipher([another]))).toEqual({ kind: 'refused', missing: cipher.keyIds })
    expect(await agree(createSecretCipher([testKey]))).toEqual({ kind: 'agreed' })
  })

  test('can be replaced: a new one before the old one, which may go once everything is sealed anew', async () => {
    await insert('one', 'first value')
    await insert('two', 'second value', otherTenantId)
    const both = createSecretCipher([another, testKey])
    expect(await agree(both)).toEqual({ kind: 'agreed' })
    const onlyNew = createSecretCipher([another])
    expect(await agree(onlyNew)).toEqual({ kind: 'refused', missing: cipher.keyIds })
    expect(await resealSecrets(subject.database.db, both)).toEqual({ resealed: 2, unreadable: [] })
    expect(await resealSecrets(subject.database.db, both)).toEqual({ resealed: 0, unreadable: [] })
    expect(await agree(onlyNew)).toEqual({ kind: 'agreed' })
    expect(await valuesOf(['one'], onlyNew)).toEqual(new Map([['one', 'first value']]))
    expect(await agree(cipher)).toEqual({ kind: 'refused', missing: onlyNew.keyIds })
  })

  test('leave a value that cannot be opened as it is, and name it', async () => {
    await insert('broken', 'first value')
    await insert('whole', 'second value')
    await sql`update secret set sealed = '\\x00' where name = 'broken'`.execute(subject.database.db)
    const both = createSecretCipher([another, testKey])
    await agree(both)
    expect(await resealSecrets(subject.database.db, both)).toEqual({ resealed: 1, unreadable: ['broken'] })
  })
})
