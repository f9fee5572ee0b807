/** Random runs under random kills of everything that Cairn consists of, and what was left of them. */
import { setTimeout as pause } from 'node:timers/promises'
import { containersOf } from '../../e2e/server-process.ts'
import { seededRandom } from '../execution/random-runs.ts'
import { type FaultWorld, startFaultWorld } from './fault-world.ts'
import { startRandomLoad } from './random-load.ts'
import { findBrokenRuns } from './run-invariants.ts'
import { doViolence, type Pauses, type Victim } from './violence.ts'

export interface SoakOptions {
  readonly runs: number
  /** Decides the shapes of workflows and the order of kills; what meets what is up to the machine. */
  readonly seed: number
  readonly mostLive: number
  readonly betweenKills: Pauses
  /** Starts no more runs and kills nothing more; those that are there still have to end. */
  readonly signal: AbortSignal
  /** Milliseconds after the last kill within which every run has to end and every container to be gone. */
  readonly settleMs: number
}

export interface SoakResult {
  readonly seed: number
  readonly seconds: number
  /** Runs by how they ended; `unfinished` should not be among them. */
  readonly ends: Readonly<Record<string, number>>
  readonly attempts: number
  readonly lostAttempts: number
  readonly kills: Readonly<Record<Victim, number>>
  /** Empty when all is well. */
  readonly findings: Readonly<Record<string, readonly unknown[]>>
}

/** Null where no container engine can be started. */
export async function soak(options: SoakOptions): Promise<SoakResult | null> {
  const world = await startFaultWorld()
  if (world === null) return null
  try {
    return await soakIn(world, options)
  } finally {
    await world.dispose()
  }
}

async function soakIn(world: FaultWorld, options: SoakOptions): Promise<SoakResult> {
  const { runs, seed, mostLive, settleMs, betweenKills } = options
  const startedAt = performance.now()
  const calm = new AbortController()
  const end = () => calm.abort()
  const signal = AbortSignal.any([calm.signal, options.signal])
  const violence = doViolence(world, seededRandom(seed), betweenKills, signal).finally(end)
  const load = startRandomLoad(world, seededRandom(seed + 1), { runs, mostLive, signal }).finally(end)
  const [{ kills, unplannedEnds }] = await Promise.all([violence, load])
  const left = await settle(world, settleMs)
  const findings: Record<string, readonly unknown[]> = await findBrokenRuns(world.database)
  if (unplannedEnds.length > 0) findings['servers that ended by themselves'] = unplannedEnds
  if (left.length > 0) findings['containers left'] = left
  const seconds = Math.round((performance.now() - startedAt) / 1000)
  return { seed, seconds, ...(await readFigures(world)), kills, findings }
}

/** Waits until all runs have ended and no container is left; answers the containers that are. */
async function settle(world: FaultWorld, settleMs: number): Promise<readonly string[]> {
  const deadline = performance.now() + settleMs
  for (;;) {
    const left = await containersOf(world.servers[0], 'step')
    const { ends } = await readFigures(world)
    const isSettled = left.length === 0 && ends['unfinished'] === undefined
    if (isSettled || performance.now() > deadline) return left
    await pause(250)
  }
}

async function readFigures({ database }: FaultWorld) {
  const { rows: ends } = await database.pool.query<{ how: string; runs: number }>(
    `select case when finished_at is null then 'unfinished' else status end as how, count(*)::int as runs
     from execution group by 1`,
  )
  const { rows: attempts } = await database.pool.query<{ all: number; lost: number }>(
    `select (count(*) filter (where type = 'attempt.started'))::int as all,
       (count(*) filter (where data->>'cause' = 'lost'))::int as lost from execution_event`,
  )
  return {
    ends: Object.fromEntries(ends.map(({ how, runs }) => [how, runs])),
    attempts: attempts[0]?.all ?? 0,
    lostAttempts: attempts[0]?.lost ?? 0,
  }
}
