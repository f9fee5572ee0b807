import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { Logger } from '@cairn/domain'
import { createFakeDriver, type WorkloadSpec } from '@cairn/driver'
import {
  claimWork,
  ensureTenant,
  type Hints,
  holdLease,
  insertArtifact,
  insertBuild,
  insertImage,
  insertImageVersion,
  insertStoredObject,
  openLocalObjectStore,
} from '@cairn/store'
import { createManualClock, createTestDatabase, silentLogger } from '@cairn/testkit'
import { sql } from 'kysely'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createServiceOrphanRule } from '../../src/sweep/service-orphans.ts'
import { createSweeper, defaultSweepSettings, seedSweep } from '../../src/sweep/sweeper.ts'

const clone = await createTestDatabase()
const { database } = clone
const directory = await mkdtemp(join(tmpdir(), 'cairn-sweep-'))
const objectStore = await openLocalObjectStore(directory)
const clock = createManualClock(Date.now())
const driver = createFakeDriver({ clock, programs: { serve: { durationMs: 'endless' } } })
const { signal } = new AbortController()
const warnings: object[] = []
const logger: Logger = { ...silentLogger, warn: (fields) => warnings.push(fields) }
const hints: Hints = { notify: () => undefined, subscribe: () => () => undefined, close: () => Promise.resolve() }
afterAll(async () => {
  await clone.drop()
  await rm(directory, { recursive: true })
})
afterEach(() => {
  warnings.length = 0
})

const sweeper = createSweeper({
  database,
  hints,
  driver,
  objectStore,
  clock,
  logger,
  orphanRules: [createServiceOrphanRule(database)],
  diskKeeper: { run: async () => undefined },
  registry: null,
  settings: defaultSweepSettings,
})

async function sweep(): Promise<void> {
  await sql`delete from work where kind = 'sweep'`.execute(database.db)
  await seedSweep(database)
  const [item] = await claimWork(database.db, { kinds: ['sweep'], limit: 1, leaseMs: 60_000 })
  if (item === undefined) throw new Error('the sweep is not due')
  const result = await sweeper.reconcile(item, {
    signal,
    holdLease: async (tx) => expect(await holdLease(tx, item)).toBe(true),
  })
  expect(result).toEqual({ kind: 'requeue', afterMs: 60_000 })
}

const tenant = (): Promise<string> => database.transaction((tx) => ensureTenant(tx, 'default'))

const readKeys = async (): Promise<string[]> => {
  const rows = await database.db
    .selectFrom('work')
    .select(['kind', 'key'])
    .where('kind', '<>', 'sweep')
    .orderBy('kind')
    .execute()
  return rows.map(({ kind, key }) => `${kind} ${key}`)
}

async function put(text: string): Promise<string> {
  const result = await objectStore.put(Readable.from([Buffer.from(text)]), { maxBytes: 100 })
  if (result.kind !== 'stored') throw new Error('the object is too large')
  return result.sha256
}

async function readObjects(): Promise<string[]> {
  const hashes: string[] = []
  for await (const { sha256 } of objectStore.list()) hashes.push(sha256)
  return hashes.toSorted()
}

const spec: WorkloadSpec = {
  name: 'cairn-x-service-1',
  owner: { kind: 'service', id: crypto.randomUUID(), tenantId: 't' },
  image: 'app',
  command: ['serve'],
  env: {},
  resources: { cpus: 1, memoryBytes: 1e9, pids: 10, storageBytes: null },
  network: 'n',
  files: null,
  publishPort: null,
}

test('Live builds and services without work are enqueued again, with a warning; finished ones are not', async () => {
  const tenantId = await tenant()
  const by = { tenantId, createdBy: 'a@example.com' }
  const serviceId = crypto.randomUUID()
  await sql`insert into service (id, tenant_id, name, service_type, status, created_by, updated_by)
    values (${serviceId}, ${tenantId}, 's', 'api', 'AVAILABLE', 'a', 'a'),
      (${crypto.randomUUID()}, ${tenantId}, 'hopeless', 'api', 'CREATE_FAILED', 'a', 'a')`.execute(database.db)
  await sql`update service set observed_generation = generation`.execute(database.db)
  const [lost, finished] = await database.transaction(async (tx) => {
    const imageId = (await insertImage(tx, { ...by, name: 'i', type: 'api' })) ?? 0
    const builds: number[] = []
    for (const version of ['0.0.1', '0.0.2']) {
      const versionId = await insertImageVersion(tx, {
        ...by,
        imageId,
        version,
        description: '',
        buildDetails: {},
        contextSha256: null,
      })
      builds.push(await insertBuild(tx, { tenantId, imageId, versionId: versionId ?? 0 }))
    }
    return builds
  })
  await database.db
    .updateTable('build')
    .set({ status: 'failed', finished_at: new Date() })
    .where('id', '=', finished ?? 0)
    .execute()
  await sweep()
  expect(await readKeys()).toEqual([`build ${lost}`, `service ${serviceId}`])
  expect(warnings).toMatchObject([
    {
      requests: [
        { kind: 'build', key: String(lost) },
        { kind: 'service', key: serviceId },
      ],
    },
  ])
  await sweep()
  expect(warnings).toHaveLength(1)
})

test('A workload that no service has recorded is removed at the second sweep that sees it', async () => {
  await driver.ensure(spec, { signal })
  await driver.ensure({ ...spec, name: 'a-step', owner: { ...spec.owner, kind: 'step' } }, { signal })
  await sweep()
  expect(await driver.list({ signal })).toHaveLength(2)
  await sweep()
  expect((await driver.list({ signal })).map(({ name }) => name)).toEqual(['a-step'])
})

test('While the engine does not answer, nothing is taken for an orphan and the other parts go on', async () => {
  driver.control.setUnavailable(true)
  await database.transaction((tx) => insertStoredObject(tx, { sha256: 'a'.repeat(64), sizeBytes: 1 }))
  await sql`update stored_object set created_at = now() - interval '2 hours'`.execute(database.db)
  await sweep()
  driver.control.setUnavailable(false)
  expect(await driver.list({ signal })).toHaveLength(1)
  expect(warnings).toMatchObject([{ part: 'remove orphaned workloads' }])
  expect(await database.db.selectFrom('stored_object').selectAll().execute()).toEqual([])
})

test('Bytes that nothing refers to are removed when they are old, and only then', async () => {
  const [used, unused, young, stray] = await Promise.all([put('used'), put('unused'), put('young'), put('stray')])
  const tenantId = await tenant()
  await database.transaction(async (tx) => {
    for (const sha256 of [used, unused, young]) await insertStoredObject(tx, { sha256, sizeBytes: 4 })
    const archive = { sha256: used, sizeBytes: 4, entryCount: 1, scan: null, validation: null }
    await insertArtifact(tx, {
      tenantId,
      name: 'a',
      description: null,
      source: null,
      createdBy: 'a@example.com',
      archive,
    })
  })
  await sweep()
  expect(await readObjects()).toEqual([used, unused, young, stray].toSorted())

  clock.advance(2 * 3_600_000)
  await sql`update stored_object set created_at = now() - interval '2 hours' where sha256 <> ${young}`.execute(
    database.db,
  )
  await sweep()
  expect(await readObjects()).toEqual([used, young].toSorted())
})

test('Old unused bytes stay while somebody puts the same again, whose row is not there yet', async () => {
  const uploaded = await put('uploaded again')
  await database.transaction((tx) => insertStoredObject(tx, { sha256: uploaded, sizeBytes: 14 }))
  await sql`update stored_object set created_at = now() - interval '2 hours'`.execute(database.db)
  const path = join(directory, 'objects', uploaded.slice(0, 2), uploaded)
  const putAt = new Date(clock.now())
  await utimes(path, putAt, putAt)
  await sweep()
  expect(await readObjects()).toContain(uploaded)
  await utimes(path, 0, 0)
  await sweep()
  expect(await readObjects()).not.toContain(uploaded)
})
