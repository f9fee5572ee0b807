import { hashToken } from '@cairn/api'
import { findTokenHolder } from '@cairn/store'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureFirstTenant } from './first-tenant.ts'

let test: TestDatabase
beforeEach(async () => {
  test = await createTestDatabase()
})
afterEach(() => test.drop())

const holderOf = (token: string) => findTokenHolder(test.database.db, hashToken(token))

it('makes a token at the first start and tells it once', async () => {
  const token = await ensureFirstTenant(test.database, null)
  expect(token).toMatch(/^cairn_[\w-]{43}$/)
  expect(await holderOf(token ?? '')).toMatchObject({ tenantName: 'default', userEmail: 'admin@cairn.local' })
  expect(await ensureFirstTenant(test.database, null)).toBeNull()
})

it('takes the token that is given, at every start, and keeps earlier ones', async () => {
  const given = 'a-token-that-was-given'
  expect(await ensureFirstTenant(test.database, given)).toBeNull()
  expect(await ensureFirstTenant(test.database, given)).toBeNull()
  expect(await ensureFirstTenant(test.database, 'another-token-of-mine')).toBeNull()
  expect(await holderOf(given)).not.toBeNull()
  expect(await holderOf('another-token-of-mine')).not.toBeNull()
})

it('stores no token as it is', async () => {
  await ensureFirstTenant(test.database, 'a-token-that-was-given')
  const rows = await test.database.db.selectFrom('api_token').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain('a-token-that-was-given')
})
