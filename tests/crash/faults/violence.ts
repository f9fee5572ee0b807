/** Kills one part after the other at random moments, and brings each back. A server that ended by itself is a finding. */
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '@cairn/testkit'
import type { ServerProcess } from '../../e2e/server-process.ts'
import type { FaultWorld } from './fault-world.ts'

export interface Violence {
  readonly kills: Readonly<Record<Victim, number>>
  /** The last words of servers that nobody had killed. */
  readonly unplannedEnds: readonly string[]
}

export type Victim = 'server' | 'engine' | 'postgres'

/** Mostly servers: they are back soonest. */
const victims: readonly Victim[] = ['server', 'server', 'server', 'engine', 'postgres', 'postgres']
/** Milliseconds. */
export interface Pauses {
  readonly least: number
  readonly most: number
}

/** A server that starts while the database is away ends with that reason, and an operator starts it again. */
const startTries = 5
const shownCharacters = 2000
const postgresPatienceMs = 60_000

/** Goes on until `signal` aborts and each kind was killed; everything runs when it resolves. */
export async function doViolence(
  world: FaultWorld,
  random: () => number,
  { least, most }: Pauses,
  signal: AbortSignal,
): Promise<Violence> {
  const kills = { server: 0, engine: 0, postgres: 0 }
  const unplannedEnds: string[] = []
  const isSpared = (victim: Victim): boolean => kills[victim] === 0
  let postgresKilledAt: Date | null = null
  while (!signal.aborted || victims.some(isSpared)) {
    await pause(least + random() * (most - least), undefined, { signal }).catch(() => undefined)
    for (const server of world.servers) {
      if (server.isAlive()) continue
      unplannedEnds.push(server.output().slice(-shownCharacters))
      await startAgain(server)
    }
    const candidates = signal.aborted ? victims.filter(isSpared) : victims
    const victim = candidates[Math.floor(random() * candidates.length)]
    if (victim === undefined) break
    kills[victim] += 1
    if (victim === 'postgres') postgresKilledAt = new Date()
    await kill(world, victim, random)
  }
  if (postgresKilledAt !== null) await untilPostgresIsNewerThan(world, postgresKilledAt)
  return { kills, unplannedEnds }
}

/** Its supervisor starts it again; a connection to the killed one may answer for a moment longer. */
async function untilPostgresIsNewerThan({ database }: FaultWorld, killedAt: Date): Promise<void> {
  await eventually(
    async () => {
      const { rows } = await database.pool.query('select where pg_postmaster_start_time() > $1', [killedAt])
      if (rows.length === 0) throw new Error('PostgreSQL is still the one that was killed')
    },
    { timeoutMs: postgresPatienceMs },
  )
}

async function kill(world: FaultWorld, victim: Victim, random: () => number): Promise<void> {
  switch (victim) {
    case 'server': {
      const server = world.servers[random() < 0.5 ? 0 : 1]
      await server.kill()
      await startAgain(server)
      return
    }
    case 'engine':
      await world.engine.killAndStart()
      return
    case 'postgres':
      killPostgres(world)
      return
    default:
      victim satisfies never
  }
}

async function startAgain(server: ServerProcess): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await server.start()
      return
    } catch (error) {
      if (attempt === startTries) throw error
      await pause(200)
    }
  }
}

/** Its supervisor in this process starts it again; until then there may be none to kill. */
function killPostgres({ postgres }: FaultWorld): void {
  try {
    process.kill(postgres.pid(), 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
