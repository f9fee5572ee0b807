/**
 * Engine processes die, at every named point and at random, and freeze for longer than their lease, while runs go on.
 * Afterwards every run has ended and no invariant is broken. `CAIRN_CRASH_SEED` repeats the shapes of a run's plans.
 */
import { randomInt, randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findBrokenInvariants } from './execution/invariants.ts'
import { randomPlan, seededRandom, startRuns } from './execution/random-runs.ts'
import { storedEngineSchema } from './execution/stored-engine.ts'
import { untilNothingIsHeld } from './execution/until-nothing-is-held.ts'
import { startWorker, type Worker, WorkerPool } from './execution/worker-processes.ts'

const seed = Number(process.env['CAIRN_CRASH_SEED'] ?? randomInt(2 ** 31))
const random = seededRandom(seed)

let test: TestDatabase
let server: Server
let httpUrl: string
let errors: string[]
const tenantId = randomUUID()

beforeEach(async () => {
  errors = []
  test = await createTestDatabase()
  await test.database.pool.query(storedEngineSchema)
  await test.database.db.insertInto('tenant').values({ id: tenantId, name: 'acme' }).execute()
  server = createServer((_request, response) => response.end('ok')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  httpUrl = `http://127.0.0.1:${address.port}/`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await test.drop()
})

const start = (runs: number) =>
  startRuns(
    test.database,
    tenantId,
    Array.from({ length: runs }, () => randomPlan(random, httpUrl)),
  )

const liveRuns = async (): Promise<number> => {
  const { rows } = await test.database.pool.query<{ live: number }>(
    'select count(*) as live from execution where finished_at is null',
  )
  return rows[0]?.live ?? 0
}

const registrations = async (): Promise<number> => {
  const { rows } = await test.database.pool.query<{ count: number }>('select count(*) from engine_process')
  return rows[0]?.count ?? 0
}

/** And nothing is held any more: what a dead process left is swept. */
const untilAllEnded = async (timeoutMs: number) => {
  await eventually(async () => expect(await liveRuns(), `live runs, seed ${seed}`).toBe(0), { timeoutMs, everyMs: 50 })
  await untilNothingIsHeld(test.database)
}

const points = [
  'execution.claimed',
  'execution.before-flush',
  'execution.flushed',
  'execution.before-ensure',
  'execution.container-ensured',
  'execution.made-to-hold',
  'execution.before-hold',
  'execution.held',
  'execution.attempt-concluded',
  'execution.before-remove',
]

describe('runs survive the death of their engine process', () => {
  it.each(points)('at %s', async (point) => {
    await start(6)
    await startWorker({ url: test.url, fate: { kind: 'dies_at', point } }, errors).gone
    const pool = new WorkerPool({ url: test.url, fate: { kind: 'lives' } }, 1, errors)
    try {
      await untilAllEnded(20_000)
    } finally {
      await pool.stop()
    }
    expect(errors).toEqual([])
    expect(await findBrokenInvariants(test.database), `seed ${seed}`).toEqual({})
  })

  it.each([
    { point: 'execution.before-flush', passage: 4 },
    { point: 'execution.before-ensure', passage: 2 },
  ])('frozen at $point until others have ended its runs', async ({ point, passage }) => {
    await start(6)
    const frozen = startWorker({ url: test.url, fate: { kind: 'freezes_at', point, passage } }, errors)
    await frozen.frozen
    const pool = new WorkerPool({ url: test.url, fate: { kind: 'lives' } }, 1, errors)
    try {
      await untilAllEnded(20_000)
      frozen.signal('SIGCONT')
      // It has noticed when it is registered under another id.
      await eventually(async () => expect(await registrations()).toBe(3))
      // What it was making when it was frozen is finished after the thaw, in runs that have ended.
      await untilNothingIsHeld(test.database)
    } finally {
      frozen.signal('SIGKILL')
      await Promise.all([frozen.gone, pool.stop()])
    }
    expect(errors).toEqual([])
    expect(await findBrokenInvariants(test.database), `seed ${seed}`).toEqual({})
  })

  it('at random points, killed from outside, and frozen for longer than the lease', async () => {
    await start(30)
    const pool = new WorkerPool({ url: test.url, fate: { kind: 'dies_at_random', probability: 0.003 } }, 3, errors)
    const violenceEnds = performance.now() + 10_000
    let thawed = 0
    try {
      while (performance.now() < violenceEnds) {
        const victim = pool.workers[Math.floor(random() * pool.workers.length)]
        if (random() < 0.4) victim?.signal('SIGKILL')
        else thawed += await freeze(victim)
        await start(5)
        await pause(200 + random() * 300)
      }
      expect(pool.deaths).toBeGreaterThan(0)
      expect(thawed).toBeGreaterThan(0)
    } finally {
      await pool.stop()
    }
    const calm = new WorkerPool({ url: test.url, fate: { kind: 'lives' } }, 2, errors)
    try {
      await untilAllEnded(20_000)
    } finally {
      await calm.stop()
    }
    expect(errors).toEqual([])
    expect(await findBrokenInvariants(test.database), `seed ${seed}`).toEqual({})
  })
})

/** Longer than the lease and the time to notice; answers 1 when the process lived to go on. */
async function freeze(worker: Worker | undefined): Promise<number> {
  if (worker === undefined) return 0
  worker.signal('SIGSTOP')
  await pause(1700)
  worker.signal('SIGCONT')
  // Time to do harm.
  await pause(200)
  return worker.isAlive() ? 1 : 0
}
