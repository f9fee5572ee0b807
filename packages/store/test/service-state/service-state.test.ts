import type { InstanceState, ServiceWrite } from '@cairn/domain'
import { createTestDatabase, type TestDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  applyServiceWrites,
  ensureTenant,
  lockService,
  lockServiceForPass,
  markServiceDeleting,
  readServiceRoutes,
  readServiceState,
  reviseService,
} from '../../src/index.ts'
import { insertAService, serviceSpec } from '../a-service.ts'

let subject: TestDatabase
let tenantId: string
beforeAll(async () => {
  subject = await createTestDatabase()
  tenantId = await subject.database.transaction((tx) => ensureTenant(tx, 'default'))
})
afterAll(() => subject.drop())

const aService = (name?: string): Promise<string> =>
  insertAService(subject.database, tenantId, { minInstances: 2, ...(name === undefined ? {} : { name }) })

const apply = (serviceId: string, ...writes: ServiceWrite[]): Promise<void> =>
  subject.database.transaction(async (tx) => {
    await lockServiceForPass(tx, serviceId)
    await applyServiceWrites(tx, { id: serviceId, tenantId }, writes)
  })

const revise = (serviceId: string): Promise<void> =>
  subject.database.transaction(async (tx) => {
    const locked = await lockService(tx, tenantId, serviceId)
    if (locked === null) throw new Error('the service is gone')
    await reviseService(tx, locked, { spec: serviceSpec, createdBy: 'me', cause: 'updated', rolledBackTo: null })
  })

const state = async (serviceId: string) => (await readServiceState(subject.database.db, serviceId))?.state ?? null
const route = async (serviceId: string) =>
  (await readServiceRoutes(subject.database.db)).find((candidate) => candidate.serviceId === serviceId) ?? null

function anInstance(change: Partial<InstanceState> = {}): InstanceState {
  return {
    name: crypto.randomUUID(),
    revision: 1,
    ordinal: 0,
    restart: 0,
    status: 'starting',
    crashes: 0,
    failures: 0,
    host: null,
    port: null,
    reason: null,
    startAfter: 1_700_000_000_123,
    createdAt: 1_700_000_000_001,
    readyAt: null,
    drainingSince: null,
    ...change,
  }
}

test('a new service is read with its tenant and its first revision', async () => {
  const id = await aService('forecast')
  expect(await readServiceState(subject.database.db, id)).toEqual({
    identity: { id, name: 'forecast', serviceType: 'api', tenant: { id: tenantId, name: 'default' } },
    scale: {
      tier: 'awake',
      since: expect.any(Number),
      wakes: 0,
      wakeFailure: null,
      scaledInstances: null,
      minInstances: 2,
      maxInstances: 2,
      targetConcurrency: 20,
    },
    state: {
      id,
      generation: 1,
      status: 'CREATING',
      statusReason: null,
      activeRevision: null,
      wanted: 2,
      stoppedBy: null,
      longestDrainMs: null,
      revisions: [{ revision: 1, status: 'starting', spec: serviceSpec, reason: null, cause: 'created', launched: 0 }],
      instances: [],
    },
  })
  expect(await state(crypto.randomUUID())).toBeNull()
})

test('an instance is read as it was written', async () => {
  const id = await aService()
  const instance = anInstance({ reason: 'boom', crashes: 2 })
  await apply(id, { kind: 'add-instance', instance })
  expect((await state(id))?.instances).toEqual([instance])
  const ready = {
    ...instance,
    status: 'ready' as const,
    host: '127.0.0.1',
    port: 9,
    reason: null,
    readyAt: 1_700_000_001_000,
    drainingSince: 1_700_000_002_000,
  }
  await apply(id, { kind: 'update-instance', instance: ready })
  expect((await state(id))?.instances).toEqual([ready])
  await apply(id, { kind: 'forget-instance', name: instance.name })
  expect((await state(id))?.instances).toEqual([])
})

describe('revisions', () => {
  test('change places in one transaction', async () => {
    const id = await aService()
    await apply(id, { kind: 'activate-revision', revision: 1 })
    await revise(id)
    await apply(id, { kind: 'activate-revision', revision: 2 })
    expect(await state(id)).toMatchObject({
      activeRevision: 2,
      revisions: [
        { revision: 1, status: 'draining' },
        { revision: 2, status: 'active' },
      ],
    })
  })

  test('that ended are never changed again, and nothing else of the transaction happens', async () => {
    const id = await aService()
    await apply(id, { kind: 'fail-revision', revision: 1, reason: 'boom' })
    const forbidden: ServiceWrite[] = [
      { kind: 'activate-revision', revision: 1 },
      { kind: 'retire-revision', revision: 1, reason: 'x' },
      { kind: 'fail-revision', revision: 1, reason: 'x' },
    ]
    for (const write of forbidden) {
      await expect(apply(id, { kind: 'set-status', status: 'AVAILABLE', reason: null }, write)).rejects.toThrow(
        /cannot become/,
      )
    }
    expect(await state(id)).toMatchObject({ status: 'CREATING', revisions: [{ status: 'failed', reason: 'boom' }] })
  })

  test('that ended long ago are not read any more', async () => {
    const id = await aService()
    for (const revision of [1, 2, 3]) {
      await apply(id, { kind: 'activate-revision', revision })
      if (revision > 1) await apply(id, { kind: 'retire-revision', revision: revision - 1, reason: 'replaced' })
      if (revision < 3) await revise(id)
    }
    expect((await state(id))?.revisions.map((revision) => revision.revision)).toEqual([3])
    await apply(id, { kind: 'add-instance', instance: anInstance({ revision: 2, status: 'stopping' }) })
    expect((await state(id))?.revisions.map((revision) => revision.revision)).toEqual([2, 3])
  })
})

describe('routes', () => {
  const ready = { status: 'ready' as const, host: '127.0.0.1', port: 4000 }

  test('lead to the ready instances of the active revision only', async () => {
    const id = await aService()
    const wanted = anInstance({ ...ready, ordinal: 0 })
    await revise(id)
    await apply(
      id,
      { kind: 'activate-revision', revision: 1 },
      { kind: 'add-instance', instance: wanted },
      { kind: 'add-instance', instance: anInstance({ ...ready, status: 'unready', ordinal: 1 }) },
      { kind: 'add-instance', instance: anInstance({ ...ready, status: 'stopping', ordinal: 2 }) },
      { kind: 'add-instance', instance: anInstance({ ...ready, revision: 2 }) },
    )
    expect(await route(id)).toMatchObject({
      tenantName: 'default',
      access: 'public',
      serviceType: 'api',
      instances: [{ name: wanted.name, host: '127.0.0.1', port: 4000 }],
    })
  })

  test('name services without an instance, with status and reason', async () => {
    const id = await aService()
    await apply(id, { kind: 'set-status', status: 'CREATE_FAILED', reason: 'boom' })
    expect(await route(id)).toMatchObject({ status: 'CREATE_FAILED', statusReason: 'boom', instances: [] })
  })

  test('lead nowhere once a service is being deleted', async () => {
    const id = await aService()
    await apply(id, { kind: 'activate-revision', revision: 1 }, { kind: 'add-instance', instance: anInstance(ready) })
    await subject.database.transaction((tx) => markServiceDeleting(tx, id, 'me'))
    expect(await route(id)).toMatchObject({ status: 'DELETING', instances: [] })
  })
})

test('a removed service leaves nothing but its history, and its name is free again', async () => {
  const id = await aService('again')
  await apply(id, { kind: 'add-instance', instance: anInstance() })
  await apply(id, { kind: 'remove-service' })
  expect(await state(id)).toBeNull()
  expect(await route(id)).toBeNull()
  expect(await aService('again')).not.toBe(id)
})
