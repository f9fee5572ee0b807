/** What gateways and engines do for a wake without a pass, on a real database and the engine in memory. */
import { createFakeDriver } from '@cairn/driver'
import { startWokenThawer, type WokenThawer } from '@cairn/engine'
import { createDatabaseWaker, type Waker } from '@cairn/gateway'
import {
  applyServiceWrites,
  ensureTenant,
  type Hints,
  insertService,
  markServiceStopped,
  openHints,
  readScaleState,
  readWakes,
  type ServiceRoute,
} from '@cairn/store'
import { allowConnections, createManualClock, createTestDatabase, eventually, silentLogger } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const signal = AbortSignal.timeout(60_000)
const silent: Hints = { notify: () => undefined, subscribe: () => () => undefined, close: () => Promise.resolve() }
const spec = {
  image: { imageId: 3, versionId: 7, name: 'app', version: '1', engineId: 'sha256:1' },
  resources: { instanceTypeId: 1, cpus: 0.25, memoryBytes: 1024 ** 3 },
  env: {},
  secrets: [],
  entrypoint: ['serve'],
  healthCheckPath: null,
  port: 8000,
  sessionStickiness: false,
  scaleToZero: true,
}

type Subject = Awaited<ReturnType<typeof frozenService>>
let subject: Subject
beforeEach(async () => {
  subject = await frozenService()
})
afterEach(() => subject.close())

/** A web app of one instance, frozen on the engine and in the database. */
async function frozenService() {
  const created = await createTestDatabase()
  const { database } = created
  const driver = createFakeDriver({ clock: createManualClock(), programs: { serve: { durationMs: 'endless' } } })
  const name = `w-${crypto.randomUUID()}`
  const route = await database.transaction(async (tx): Promise<ServiceRoute> => {
    const tenantId = await ensureTenant(tx, 'default')
    const facts = { tenantId, name: 'app', serviceType: 'web-app', access: 'public', minInstances: 1 } as const
    const words = { title: null, description: null, tags: [], createdBy: 'me' }
    const serviceId = await insertService(tx, { ...facts, ...words, spec })
    if (serviceId === null) throw new Error('the name is taken')
    const instance = { name, revision: 1, ordinal: 0, restart: 0, status: 'ready', crashes: 0, failures: 0 } as const
    const times = { reason: null, startAfter: 0, createdAt: 0, readyAt: 0, drainingSince: null }
    await applyServiceWrites(tx, { id: serviceId, tenantId }, [
      { kind: 'add-instance', instance: { ...instance, ...times, host: '127.0.0.1', port: 4711 } },
      { kind: 'activate-revision', revision: 1 },
      { kind: 'set-status', status: 'AVAILABLE', reason: null },
      { kind: 'change-tier', from: 'awake', tier: 'frozen', at: 0, cause: 'no request' },
    ])
    const names = { serviceName: 'app', serviceType: 'web-app', tenantName: 'default', access: 'public' } as const
    const state = {
      status: 'AVAILABLE',
      statusReason: null,
      isSticky: false,
      domains: [],
      instances: [],
      draining: [],
      limits: null,
    } as const
    const sleep = { tier: 'frozen', wakes: 0, failure: null, instances: [] } as const
    return { serviceId, tenantId, ...names, ...state, sleep }
  })
  await driver.ensure(
    {
      name,
      owner: { kind: 'service', id: route.serviceId, tenantId: route.tenantId },
      image: 'app:1',
      command: ['serve'],
      env: {},
      resources: { cpus: 1, memoryBytes: 2 ** 30, pids: 100, storageBytes: null },
      network: 'n',
      files: null,
      publishPort: 8000,
    },
    { signal },
  )
  await driver.freeze(name, { signal })
  const open: { close: () => Promise<void> }[] = []
  const key = { id: route.serviceId, tenantId: route.tenantId }
  return {
    created,
    database,
    driver,
    name,
    route,
    open,
    tier: async () => (await readScaleState(database.db, route.serviceId))?.tier,
    phase: async () => (await driver.observe(name, { signal }))?.phase,
    wakes: async () => (await readWakes(database.db, key, { pageNumber: 1, pageSize: 9 })).items,
    close: async () => {
      for (const each of open.toReversed()) await each.close()
      await created.drop()
    },
  }
}

function hintsOf({ created, open }: Subject): Hints {
  const hints = openHints({ url: created.url, applicationName: 'hints', onError: () => undefined })
  open.push(hints)
  return hints
}

/** An engine's. */
function thawerOf({ database, driver, open }: Subject, hints: Hints): WokenThawer {
  const thawer = startWokenThawer({ database, hints, driver, logger: silentLogger })
  open.push({ close: () => thawer.stop() })
  return thawer
}

/** A gateway's, in the process of an engine when it is given one. */
function wakerOf({ database }: Subject, hints: Hints, thawer: WokenThawer | null): Waker {
  return createDatabaseWaker({ database, hints, thaw: thawer === null ? null : (wake) => thawer.thaw(wake) })
}

describe('a frozen web app', () => {
  test('is thawed at once in the process that is engine and gateway, once for many requests', async () => {
    const { driver, route, name } = subject
    const hints = hintsOf(subject)
    const waker = wakerOf(subject, hints, thawerOf(subject, hints))
    let thaws = 0
    const thaw = driver.thaw.bind(driver)
    driver.thaw = (...call) => {
      thaws += 1
      return thaw(...call)
    }
    const woken = await Promise.all(Array.from({ length: 50 }, () => waker.wake(route, 'GET /')))
    expect(woken).toContainEqual({ kind: 'awake', wakes: 1, instances: [{ name, host: '127.0.0.1', port: 4711 }] })
    expect(await subject.phase()).toBe('running')
    await eventually(async () => expect(await subject.wakes()).toMatchObject([{ number: 1, outcome: 'awake' }]))
    expect(thaws).toBe(1)
  })

  test('is not thawed again for a request that learned of the wake before its end', async () => {
    const { driver, route, name } = subject
    const hints = hintsOf(subject)
    const thawer = thawerOf(subject, hints)
    expect(await wakerOf(subject, hints, thawer).wake(route, 'GET /')).toMatchObject({ kind: 'awake', wakes: 1 })
    await eventually(async () => expect(await subject.tier()).toBe('awake'))
    const late = { serviceId: route.serviceId, wakes: 1, instances: [{ name, host: '127.0.0.1', port: 4711 }] }
    // Its end is in the database a moment before this process knows it.
    await eventually(async () => {
      await driver.freeze(name, { signal })
      expect(await thawer.thaw(late)).toBe(true)
      expect(await subject.phase()).toBe('frozen')
    })
  })

  test('is thawed by the engine of another process that hears the hint of two gateways, and awake once', async () => {
    const { route } = subject
    thawerOf(subject, hintsOf(subject))
    const gateways = [0, 1].map(() => wakerOf(subject, hintsOf(subject), null))
    const woken = await Promise.all(gateways.map((waker) => waker.wake(route, 'GET /')))
    // The gateway that asks last may hear that it is awake already.
    expect(woken.map((each) => each.kind !== 'refused' && each.wakes)).toEqual([1, 1])
    // The engine may have begun to listen later; then the hint is lost and the next one is as good.
    const again = hintsOf(subject)
    await eventually(async () => {
      again.notify('wake')
      expect(await subject.tier()).toBe('awake')
    })
    expect(await subject.phase()).toBe('running')
    expect(await subject.wakes()).toMatchObject([{ number: 1, outcome: 'awake' }])
  })

  test('whose hint is lost has work that is due, so that any engine finishes its wake', async () => {
    const { route, database } = subject
    thawerOf(subject, silent)
    expect(await wakerOf(subject, silent, null).wake(route, 'GET /')).toEqual({ kind: 'asked', wakes: 1 })
    expect(await subject.tier()).toBe('waking')
    const { rows } = await database.pool.query<{ due: boolean }>(
      `select available_at <= now() as due from work where kind = 'service' and key = $1`,
      [route.serviceId],
    )
    expect(rows).toEqual([{ due: true }])
  })

  test('whose engine died between the thaw and its record is recorded as awake by the next engine', async () => {
    const { route, driver, name } = subject
    const dying = createDatabaseWaker({
      database: subject.database,
      hints: silent,
      thaw: async () => {
        await driver.thaw(name, { signal })
        throw new Error('killed')
      },
    })
    await expect(dying.wake(route, 'GET /')).rejects.toThrow('killed')
    expect(await subject.tier()).toBe('waking')
    const hints = hintsOf(subject)
    thawerOf(subject, hints)
    hints.notify('wake')
    await eventually(async () => expect(await subject.tier()).toBe('awake'))
    expect(await subject.wakes()).toMatchObject([{ number: 1, outcome: 'awake' }])
  })

  test('that the container engine does not thaw goes on waking, and the engine is asked again', async () => {
    const { route, driver } = subject
    const hints = hintsOf(subject)
    const thaw = driver.thaw.bind(driver)
    driver.thaw = () => Promise.reject(new Error('the engine is away'))
    const waker = wakerOf(subject, hints, thawerOf(subject, hints))
    expect(await waker.wake(route, 'GET /')).toEqual({ kind: 'asked', wakes: 1 })
    expect(await subject.tier()).toBe('waking')
    driver.thaw = thaw
    hints.notify('wake')
    await eventually(async () => expect(await subject.tier()).toBe('awake'))
  })

  test('is not woken when users have stopped it', async () => {
    const { route, database } = subject
    await database.transaction((tx) => markServiceStopped(tx, route.serviceId, 'ada@example.com'))
    expect(await wakerOf(subject, silent, null).wake(route, 'GET /')).toMatchObject({ kind: 'refused' })
    expect(await subject.wakes()).toEqual([])
  })
})

test('while the database is away nothing is thawed, and the next request after it wakes once', async () => {
  const { route, created } = subject
  const hints = hintsOf(subject)
  const waker = wakerOf(subject, hints, thawerOf(subject, hints))
  await allowConnections(created, false)
  await expect(waker.wake(route, 'GET /')).rejects.toThrow(/terminat|connect|accepting/i)
  hints.notify('wake')
  expect(await subject.phase()).toBe('frozen')
  await allowConnections(created, true)
  await eventually(async () => expect(await waker.wake(route, 'GET /')).toMatchObject({ kind: 'awake', wakes: 1 }))
  expect(await subject.phase()).toBe('running')
})
