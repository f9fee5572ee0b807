/** Keeps a number of runs going until so many have ended. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Database } from '@cairn/store'

/** Callers that start runs at a time; the others wait for their turn. */
const startsAtOnce = 100
const countEveryMs = 10

export interface ClosedLoop {
  readonly count: number
  /** Runs that have not ended, at most. */
  readonly most: number
  readonly start: () => Promise<void>
}

/** Answers the seconds from the first start to the last end. Nothing else may run in the database. */
export async function startInClosedLoop(database: Database, { count, most, start }: ClosedLoop): Promise<number> {
  let asked = 0
  let started = 0
  let ended = 0
  let progress = Promise.withResolvers<void>()
  const startedAt = performance.now()
  const startInTurn = async (): Promise<void> => {
    while (asked < count) {
      if (asked - ended >= most) {
        await progress.promise
        continue
      }
      asked += 1
      await start()
      started += 1
    }
  }
  const countEnds = async (): Promise<void> => {
    while (ended < count) {
      await pause(countEveryMs)
      const startedBefore = started
      ended = Math.max(ended, startedBefore - (await countLive(database)))
      progress.resolve()
      progress = Promise.withResolvers()
    }
  }
  await Promise.all([countEnds(), ...Array.from({ length: Math.min(startsAtOnce, most) }, startInTurn)])
  return (performance.now() - startedAt) / 1000
}

async function countLive(database: Database): Promise<number> {
  const { rows } = await database.pool.query<{ live: number }>(
    `select count(*) as live from execution where status in ('queued', 'running', 'stopping')`,
  )
  return rows[0]?.live ?? 0
}
