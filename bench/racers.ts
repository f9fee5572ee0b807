/** Cairn, DBOS and Restate, each with runs of the same http steps. Cairn and DBOS share one PostgreSQL. */
import type { Contender } from './contender.ts'
import { cpuMsOf } from './cpu-time.ts'
import type { Place } from './place.ts'

export const racerNames = ['cairn', 'dbos', 'restate'] as const
export type RacerName = (typeof racerNames)[number]

export interface Measured<Answer> {
  readonly answer: Answer
  /** Milliseconds of processor time of the contender and what it stores in; not of the server that the steps call. */
  readonly cpuMs: number
}

export interface Racer {
  ask<Answer>(name: string, order: object): Promise<Measured<Answer>>
}

export async function startRacers(place: Place): Promise<Readonly<Record<RacerName, Racer>>> {
  const postgres = await place.postgres()
  const cairn = await place.cairn(await postgres.createDatabase())
  const dbos = await place.peer('dbos', { databaseUrl: postgres.urlOf('dbos') })
  const restate = await startRestate(place)
  return {
    cairn: racer(cairn, [cairn.pid, postgres.pid()]),
    dbos: racer(dbos, [dbos.pid, postgres.pid()]),
    restate: racer(restate, [restate.pid]),
  }
}

async function startRestate(place: Place): Promise<Contender> {
  const ports = {
    node: await place.freePort(),
    admin: await place.freePort(),
    ingress: await place.freePort(),
    service: await place.freePort(),
  }
  return place.peer('restate', { directory: await place.directory(), ports })
}

function racer(contender: Contender, pids: readonly number[]): Racer {
  return {
    ask: async <Answer>(name: string, order: object) => {
      const before = await cpuMsOf(pids)
      const answer = await contender.ask<Answer>(name, order)
      return { answer, cpuMs: (await cpuMsOf(pids)) - before }
    },
  }
}

/** The names in the order of a round: each goes first in every third. */
export function orderOf(round: number): readonly RacerName[] {
  return racerNames.map((_, index) => racerNames[(index + round) % racerNames.length] ?? 'cairn')
}
