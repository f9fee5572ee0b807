import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  endBrowserSessions,
  ensureTenant,
  ensureUser,
  findSessionHolder,
  insertSignInCode,
  openSignInSession,
  redeemSignInCode,
  storeToken,
} from '../../src/index.ts'

let subject: TestDatabase
let serviceId: string
let otherServiceId: string
let tokenId: string
let userId: string
let parentHash: Buffer
const bytes = (text: string): Buffer => Buffer.from(text.padEnd(32))

beforeAll(async () => {
  subject = await createTestDatabase()
})
afterAll(() => subject.drop())

beforeEach(async () => {
  const { db } = subject.database
  const tenantId = await subject.database.transaction(async (tx) => {
    const id = await ensureTenant(tx, 'default')
    const token = { tenantId: id, tokenHash: bytes(crypto.randomUUID()), label: '', expiresAt: null }
    userId = await ensureUser(tx, { tenantId: id, email: 'Ann@example.com', name: 'Ann', role: 'viewer', by: 'me' })
    await storeToken(tx, { ...token, userId, scope: 'write' })
    return id
  })
  const token = await db.selectFrom('api_token').select('id').orderBy('created_at', 'desc').executeTakeFirstOrThrow()
  tokenId = token.id
  const aService = async (): Promise<string> => {
    const id = crypto.randomUUID()
    await sql`insert into service (id, tenant_id, name, service_type, status, created_by, updated_by)
      values (${id}, ${tenantId}, ${id}, 'web-app', 'AVAILABLE', 'me', 'me')`.execute(db)
    return id
  }
  parentHash = bytes(crypto.randomUUID().slice(0, 32))
  await openSignInSession(db, parentHash, { userId, tokenId })
  serviceId = await aService()
  otherServiceId = await aService()
})

const issue = (code: string) =>
  insertSignInCode(subject.database.db, {
    codeHash: bytes(code),
    serviceId,
    stateHash: bytes('state'),
    path: '/a?b',
    parentHash,
  })
const redeem = (code: string, change: { serviceId?: string; state?: string } = {}) =>
  redeemSignInCode(subject.database.db, {
    codeHash: bytes(code),
    serviceId: change.serviceId ?? serviceId,
    stateHash: bytes(change.state ?? 'state'),
    sessionHash: bytes(`session ${code}`),
  })
const holder = (session: string, of: string | null) => findSessionHolder(subject.database.db, bytes(session), of)

test('a code opens one session, of its service alone, also when it is used twice at once', async () => {
  await issue('one')
  const paths = await Promise.all([redeem('one'), redeem('one')])
  expect(paths.filter((path) => path !== null)).toEqual(['/a?b'])
  expect(await redeem('one')).toBeNull()
  expect(await holder('session one', serviceId)).toMatchObject({ userEmail: 'ann@example.com', tokenId })
  expect(await holder('session one', otherServiceId)).toBeNull()
  expect(await holder('session one', null)).toBeNull()
})

test('a code that is used at another service, by another browser or too late opens nothing and is spent', async () => {
  await issue('service')
  expect(await redeem('service', { serviceId: otherServiceId })).toBeNull()
  expect(await redeem('service')).toBeNull()
  await issue('browser')
  expect(await redeem('browser', { state: 'stolen' })).toBeNull()
  expect(await redeem('browser')).toBeNull()
  await issue('late')
  await sql`update sign_in_code set expires_at = now() - interval '1 second'`.execute(subject.database.db)
  expect(await redeem('late')).toBeNull()
})

test('a session ends with its time, and with its token', async () => {
  await openSignInSession(subject.database.db, bytes('own'), { userId, tokenId })
  await issue('two')
  await redeem('two')
  expect(await holder('own', null)).toMatchObject({ tokenId })
  await sql`update browser_session set expires_at = now() where session_hash = ${bytes('own')}`.execute(
    subject.database.db,
  )
  expect(await holder('own', null)).toBeNull()
  expect(await holder('session two', serviceId)).not.toBeNull()
  await sql`update api_token set revoked_at = now() where id = ${tokenId}`.execute(subject.database.db)
  expect(await holder('session two', serviceId)).toBeNull()
})

test('a session that ends takes the one of the own page with it, and all that came from there', async () => {
  const { db } = subject.database
  await openSignInSession(db, bytes('another page'), { userId, tokenId })
  for (const code of ['first', 'second', 'third']) await issue(code)
  for (const code of ['first', 'second']) await redeem(code)
  await endBrowserSessions(db, bytes('session first'), otherServiceId)
  expect(await holder('session first', serviceId)).not.toBeNull()
  await endBrowserSessions(db, bytes('session first'), serviceId)
  expect(await holder('session first', serviceId)).toBeNull()
  expect(await holder('session second', serviceId)).toBeNull()
  expect(await findSessionHolder(db, parentHash, null)).toBeNull()
  expect(await redeem('third')).toBeNull()
  expect(await holder('another page', null)).not.toBeNull()
})
