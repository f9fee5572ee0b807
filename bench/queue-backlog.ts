/**
 * How long the next step waits when a worker that takes one thing at a time is free, with a thousand and with a million
 * waiting: from one request to the next, as the server sees them that they call. In Cairn every run has two steps, so that
 * there are two such times: to the next run, by a claim, and to the next step of the run in hand.
 */
import type { Contender } from './contender.ts'
import type { Arrival, HttpTarget } from './http-target.ts'
import type { Place } from './place.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const few = 1000
const many = 1_000_000
const requestsEach = 160
/** Of a round: what was in the making when the worker stopped before. */
const warmUp = 40
/** Short rounds, and many of them: a machine that others use changes from second to second. */
const roundsFor = 3

interface Gaps {
  /** Milliseconds. */
  readonly few: Summary
  readonly many: Summary
  /** Median with a million over median with a thousand, by round. */
  readonly ratio: Summary
}

export interface QueueBacklog {
  readonly few: number
  readonly many: number
  readonly cairn: { readonly nextRun: Gaps; readonly nextStep: Gaps }
  readonly graphileWorker: { readonly nextJob: Gaps }
}

/** A contender whose queue is kept full. */
interface Queue {
  readonly contender: Contender
  readonly count: number
}

type Sizes<T> = { readonly few: T; readonly many: T }

export async function measureQueueBacklog(place: Place): Promise<QueueBacklog> {
  const target = await place.target()
  const postgres = await place.postgres()
  const cairn: Sizes<Queue> = {
    few: { contender: await place.cairn(await postgres.createDatabase()), count: few },
    many: { contender: await place.cairn(await postgres.createDatabase()), count: many },
  }
  const graphileWorker: Sizes<Queue> = {
    few: {
      contender: await place.peer('graphile-worker', { databaseUrl: await postgres.createDatabase() }),
      count: few,
    },
    many: {
      contender: await place.peer('graphile-worker', { databaseUrl: await postgres.createDatabase() }),
      count: many,
    },
  }
  const runs: Sizes<Arrival[][]> = { few: [], many: [] }
  const jobs: Sizes<Arrival[][]> = { few: [], many: [] }
  for (let round = 0; round < place.rounds * roundsFor; round += 1) {
    for (const size of sizesOf(round)) runs[size].push(await arrivalsOf(target, cairn[size]))
    for (const size of sizesOf(round)) jobs[size].push(await arrivalsOf(target, graphileWorker[size]))
  }
  return {
    few,
    many,
    cairn: { nextRun: gapsOf(runs, isNextRun), nextStep: gapsOf(runs, (gap) => !isNextRun(gap)) },
    graphileWorker: { nextJob: gapsOf(jobs, () => true) },
  }
}

const sizesOf = (round: number): readonly (keyof Sizes<unknown>)[] =>
  round % 2 === 0 ? ['few', 'many'] : ['many', 'few']

async function arrivalsOf(target: HttpTarget, { contender, count }: Queue): Promise<Arrival[]> {
  await contender.ask('fill', { shape: 'chain', steps: 2, url: target.url, count })
  const record = target.record()
  const enough = target.answered() + warmUp + requestsEach
  await contender.ask('open', {})
  while (target.answered() < enough) await new Promise((resolve) => setTimeout(resolve, 10))
  const arrivals = record.stop().slice(warmUp, warmUp + requestsEach)
  await contender.ask('shut', {})
  return arrivals
}

interface Gap {
  readonly to: Arrival
  readonly ms: number
}

const isNextRun = ({ to }: Gap): boolean => to.path === '/s0'

function gapsOf(rounds: Sizes<readonly (readonly Arrival[])[]>, counts: (gap: Gap) => boolean): Gaps {
  const msOf = (arrivals: readonly Arrival[]): number[] =>
    arrivals
      .map((to, index) => ({ to, ms: to.at - (arrivals[index - 1]?.at ?? Number.NaN) }))
      .slice(1)
      .filter(counts)
      .map(({ ms }) => ms)
  const ofFew = rounds.few.map(msOf)
  const ofMany = rounds.many.map(msOf)
  return {
    few: summarise(ofFew.flat()),
    many: summarise(ofMany.flat()),
    ratio: summarise(ofMany.map((round, index) => medianOf(round) / medianOf(ofFew[index] ?? []))),
  }
}
