import type { Role } from '@cairn/contract'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { admitProviderUser, ensureTenant, ensureUser, type ProviderUser } from '../../src/index.ts'

let subject: TestDatabase
let tenantId: string
let tenants = 0

beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

beforeEach(async () => {
  tenants += 1
  tenantId = await subject.database.transaction((tx) => ensureTenant(tx, `tenant-${tenants}`))
})

const invite = (name: string, role: Role) =>
  subject.database.transaction((tx) =>
    ensureUser(tx, { tenantId, email: `${name}@example.com`, name, role, by: 'test' }),
  )

const signIn = (name: string, role: Role | null, subjectOf = name): Promise<ProviderUser> =>
  subject.database.transaction((tx) =>
    admitProviderUser(
      tx,
      tenantId,
      { issuer: 'http://idp.example', subject: subjectOf, email: `${name}@example.com`, name },
      role,
    ),
  )

async function rolesNow(): Promise<Readonly<Record<string, string>>> {
  const rows = await subject.database.db
    .selectFrom('tenant_user')
    .select(['name', 'role'])
    .where('tenant_id', '=', tenantId)
    .execute()
  return Object.fromEntries(rows.map(({ name, role }) => [name, role]))
}

/** Holds the row of a user, which comes before all others, until so many others wait for a lock. */
async function whileHeld<T>(userId: string, waiting: number, work: () => Promise<T>): Promise<T> {
  const { database } = subject
  let begun: Promise<T> | null = null
  await database.transaction(async (tx) => {
    await sql`select 1 from tenant_user where id = ${userId} for update`.execute(tx)
    begun = work()
    await eventually(async () => {
      const { rows } = await sql<{ waiting: number }>`
        select count(*)::int as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(database.db)
      expect(rows[0]?.waiting).toBe(waiting)
    })
  })
  if (begun === null) throw new Error('nothing was begun')
  return begun
}

async function makeFirst(name: string): Promise<string> {
  const id = `00000000-0000-4000-8000-${String(tenants).padStart(12, '0')}`
  await subject.database.db
    .insertInto('tenant_user')
    .values({ id, tenant_id: tenantId, email: `${name}@example.com`, name, role: 'admin', created_by: 'test' })
    .execute()
  return id
}

describe('two admins who sign in at once and lose their role by it', () => {
  it('are both let in the first time', async () => {
    const first = await makeFirst('first')
    await invite('ann', 'admin')
    await invite('bob', 'admin')
    const both = await whileHeld(first, 2, () => Promise.all([signIn('ann', 'viewer'), signIn('bob', 'viewer')]))
    expect(both).toMatchObject([{ kind: 'known' }, { kind: 'known' }])
    expect(await rolesNow()).toEqual({ first: 'admin', ann: 'viewer', bob: 'viewer' })
  })

  it('are both let in when they are known', async () => {
    const first = await makeFirst('first')
    for (const name of ['ann', 'bob']) await signIn(name, 'admin')
    const both = await whileHeld(first, 2, () => Promise.all([signIn('ann', 'viewer'), signIn('bob', 'viewer')]))
    expect(both).toMatchObject([{ kind: 'known' }, { kind: 'known' }])
    expect(await rolesNow()).toEqual({ first: 'admin', ann: 'viewer', bob: 'viewer' })
  })
})

it('ties a user of whom two at the provider have the e-mail to one of them, and gives nothing to the other', async () => {
  const id = await invite('ann', 'viewer')
  const both = await whileHeld(id, 2, () =>
    Promise.all([signIn('ann', 'editor', 'one'), signIn('ann', 'admin', 'two')]),
  )
  expect(both.map(({ kind }) => kind).toSorted()).toEqual(['known', 'taken'])
  expect(await rolesNow()).toEqual({ ann: both[0]?.kind === 'known' ? 'editor' : 'admin' })
})

it('leaves the last admin an admin, and makes who comes with a role', async () => {
  await invite('ann', 'admin')
  expect(await signIn('ann', 'viewer')).toMatchObject({ kind: 'known' })
  expect(await signIn('new', 'editor')).toMatchObject({ kind: 'known' })
  expect(await signIn('nobody', null)).toEqual({ kind: 'unknown' })
  expect(await rolesNow()).toEqual({ ann: 'admin', new: 'editor' })
})
