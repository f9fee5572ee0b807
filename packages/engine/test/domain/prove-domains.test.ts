/** Proofs of domains on a real database and a real DNS server. */
import { askForProof, ensureTenant, insertDomain, listDomains, readServiceRoutes } from '@cairn/store'
import { createTestDatabase, DnsServer, silentLogger } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { createDomainReconciler } from '../../src/domain/domain-reconciler.ts'
import { createTxtResolver } from '../../src/domain/resolve-txt.ts'
import type { ReconcileResult } from '../../src/reconcile/reconciler.ts'

const clone = await createTestDatabase()
const { database } = clone
const { db } = database
const dns = await DnsServer.open()
afterAll(async () => {
  await dns.close()
  await clone.drop()
})
const tenantId = await database.transaction((tx) => ensureTenant(tx, 'default'))
const otherTenantId = await database.transaction((tx) => ensureTenant(tx, 'other'))
const { signal } = new AbortController()
const name = '_cairn.app.example.com'

let hinted: string[]
let vouchedDomains: string[]
beforeEach(async () => {
  hinted = []
  vouchedDomains = []
  dns.records.clear()
  dns.asked.length = 0
  await sql`delete from service`.execute(db)
})

async function claim(service: string, tenant = tenantId, domain = 'app.example.com') {
  const serviceId = crypto.randomUUID()
  await sql`insert into service (id, tenant_id, name, service_type, status, created_by, updated_by)
    values (${serviceId}, ${tenant}, ${service}, 'api', 'AVAILABLE', 'a', 'a')`.execute(db)
  const facts = { tenantId: tenant, serviceId, domain, createdBy: 'a' }
  const made = await database.transaction((tx) => insertDomain(tx, facts))
  if (made === null) throw new Error('claimed already')
  return { ...made, serviceId, read: async () => (await listDomains(db, serviceId))[0] }
}

function look({ id }: { readonly id: string }, servers = [dns.address]): Promise<ReconcileResult> {
  const reconciler = createDomainReconciler({
    database,
    hints: {
      notify: (hint) => void hinted.push(hint),
      subscribe: () => () => undefined,
      close: () => Promise.resolve(),
    },
    logger: silentLogger,
    resolveTxt: createTxtResolver(servers),
    vouchedDomains,
  })
  const item = { kind: 'domain', key: id, token: 't', failures: 0 } as const
  return reconciler.reconcile(item, { signal, holdLease: () => Promise.resolve() })
}

const routed = async () =>
  (await readServiceRoutes(db)).flatMap(({ serviceName, domains }) =>
    domains.map((domain) => `${domain} ${serviceName}`),
  )

describe('a domain', () => {
  test('waits for its record, says which one, and is served once the record is there', async () => {
    const one = await claim('one')
    expect(await look(one)).toEqual({ kind: 'requeue', afterMs: 10_000 })
    const waiting = await one.read()
    expect(waiting).toMatchObject({ status: 'pending', verifiedAt: null })
    expect(waiting?.reason).toBe(`add a TXT record ${name} with the value ${one.token}: DNS has no such record`)
    dns.records.set(name, ['v=spf1', 'cairn-domain=guessed'])
    await look(one)
    expect((await one.read())?.reason).toContain('say something else')
    expect(await routed()).toEqual([])
    dns.records.set(name, ['v=spf1', one.token])
    expect(await look(one)).toEqual({ kind: 'requeue', afterMs: 3_600_000 })
    expect(await one.read()).toMatchObject({ status: 'active', reason: null, verifiedAt: expect.any(Date) })
    expect(await routed()).toEqual(['app.example.com one'])
    expect(hinted).toEqual(['routes'])
    expect(new Set(dns.asked)).toEqual(new Set([name]))
  })

  test('that is not proven within a week is given up, and looked at again when somebody asks', async () => {
    const one = await claim('one')
    await sql`update service_domain set asked_at = now() - interval '8 days'`.execute(db)
    expect(await look(one)).toEqual({ kind: 'done' })
    expect(await one.read()).toMatchObject({ status: 'failed', reason: expect.stringContaining('within 7 days') })
    await database.transaction((tx) => askForProof(tx, one.serviceId, one.domain))
    expect(await one.read()).toMatchObject({ status: 'pending' })
    dns.records.set(name, [one.token])
    await look(one)
    expect(await routed()).toEqual(['app.example.com one'])
  })

  test('keeps its service for a week when the record is gone, and while DNS is away, and says so', async () => {
    const one = await claim('one')
    dns.records.set(name, [one.token])
    await look(one)
    dns.records.clear()
    expect(await look(one)).toEqual({ kind: 'requeue', afterMs: 3_600_000 })
    expect(await one.read()).toMatchObject({ status: 'active', reason: expect.stringContaining('no such record') })
    await sql`update service_domain set verified_at = now() - interval '8 days'`.execute(db)
    await look(one, ['127.0.0.1:1'])
    expect(await one.read()).toMatchObject({ status: 'active', reason: expect.stringContaining('could not be asked') })
    expect(await routed()).toEqual(['app.example.com one'])
    expect(await look(one)).toEqual({ kind: 'done' })
    expect(await one.read()).toMatchObject({ status: 'failed', reason: expect.stringContaining('missing for 7 days') })
    expect(await routed()).toEqual([])
  })

  test('is not taken by a claim without the record, nor by one beside the record of who has it', async () => {
    const one = await claim('one')
    dns.records.set(name, [one.token])
    await look(one)
    const thief = await claim('thief', otherTenantId)
    await look(thief)
    expect(await thief.read()).toMatchObject({ status: 'pending' })
    dns.records.set(name, [one.token, thief.token])
    expect(await look(thief)).toEqual({ kind: 'requeue', afterMs: 60_000 })
    expect(await thief.read()).toMatchObject({ status: 'pending', reason: expect.stringContaining('another service') })
    expect((await thief.read())?.reason).not.toContain('one ')
    expect(await routed()).toEqual(['app.example.com one'])
  })

  test('goes to who proves it when the record of who had it is gone, as after it was sold', async () => {
    const one = await claim('one')
    dns.records.set(name, [one.token])
    await look(one)
    const next = await claim('next', otherTenantId)
    dns.records.set(name, [next.token])
    await look(next)
    expect(await routed()).toEqual(['app.example.com next'])
    expect(await one.read()).toMatchObject({ status: 'pending', reason: expect.stringContaining('another service') })
  })

  test('comes back to who was displaced by an answer of DNS that was out of date', async () => {
    const old = await claim('old', otherTenantId)
    dns.records.set(name, [old.token])
    await look(old)
    const one = await claim('one')
    dns.records.set(name, [one.token])
    await look(one)
    // Another server of the domain still has the record of before.
    dns.records.set(name, [old.token])
    await look(old)
    expect(await routed()).toEqual(['app.example.com old'])
    const { rows } = await sql<{ key: string }>`
      select key from work where kind = 'domain' and available_at between now() and now() + interval '10 minutes'`.execute(
      db,
    )
    expect(rows.map(({ key }) => key)).toContain(one.id)
    dns.records.set(name, [one.token])
    await look(one)
    expect(await routed()).toEqual(['app.example.com one'])
  })

  test('goes to one of two that prove it at the same time', async () => {
    const claims = await Promise.all([claim('one'), claim('two', otherTenantId)])
    dns.records.set(
      name,
      claims.map(({ token }) => token),
    )
    await Promise.allSettled(claims.map((each) => look(each)))
    // Who came too late for the other's row looks again, as the loop does after a failed pass.
    for (const each of claims) await look(each)
    expect(await routed()).toHaveLength(1)
    const states = await Promise.all(claims.map(async (each) => (await each.read())?.status))
    expect(new Set(states)).toEqual(new Set(['active', 'pending']))
  })

  test('that the installation vouches for needs no record, and is the first one’s', async () => {
    vouchedDomains = ['example.com']
    const [one, two] = [await claim('one'), await claim('two', otherTenantId)]
    const like = await claim('like', otherTenantId, 'badexample.com')
    for (const each of [one, two, like]) await look(each)
    expect(await routed()).toEqual(['app.example.com one'])
    expect(dns.asked).not.toContain(name)
  })

  test('that was removed meanwhile is nothing to do', async () => {
    const one = await claim('one')
    await sql`delete from service_domain`.execute(db)
    expect(await look(one)).toEqual({ kind: 'done' })
  })
})
