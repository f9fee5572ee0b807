import { AuditLog } from '@cairn/store'
import { createTestDatabase, silentLogger, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createSignInChecker, defaultApiLimits } from '../src/index.ts'

let test: TestDatabase
beforeAll(async () => {
  test = await createTestDatabase()
})
afterAll(() => test.drop())

it('answers whoever comes while many passwords are checked, instead of failing', async () => {
  const { database } = test
  const checker = createSignInChecker({
    database,
    clock: { now: () => Date.now() },
    auditLog: new AuditLog(database.db),
    logger: silentLogger,
    limits: defaultApiLimits.signIns,
  })
  const outcomes = await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      checker.signIn(
        { kind: 'password', email: `p${index}@example.com`, password: 'correct horse battery' },
        { address: '192.0.2.7', tenant: null, requestId: `r${index}` },
      ),
    ),
  )
  expect(outcomes.filter(({ kind }) => kind === 'refused').length).toBeGreaterThan(0)
  expect(outcomes.find(({ kind }) => kind === 'limited')).toEqual({ kind: 'limited', retryAfterSeconds: 1 })
})
