/**
 * Runs of three http steps per second, so many at a time in a closed loop: when one ends, the next is started. Every
 * start is a commit of its own, as with the peers.
 */
import { byRacer } from './chain-latency.ts'
import type { Place } from './place.ts'
import { orderOf, type Racer, type RacerName, racerNames, startRacers } from './racers.ts'
import { type Summary, summarise } from './summary.ts'

const steps = 3
/** A round lasts about as long for each. */
const runsEach = { cairn: 4000, dbos: 1000, restate: 2000 } as const satisfies Record<RacerName, number>

export interface RunThroughput {
  readonly steps: number
  readonly concurrent: number
  readonly runsPerSecond: Readonly<Record<RacerName, Summary>>
  /** Milliseconds of processor time of a run, by round. */
  readonly cpuMs: Readonly<Record<RacerName, Summary>>
  /** Cairn over the peer, by round: above 1 = Cairn does more. */
  readonly ratioToDbos: Summary
  readonly ratioToRestate: Summary
}

export async function measureRunThroughput(place: Place): Promise<readonly RunThroughput[]> {
  const racers = await startRacers(place)
  const results: RunThroughput[] = []
  for (const concurrent of [200, 1000]) results.push(await measureAt(place, racers, concurrent))
  return results
}

async function measureAt(
  place: Place,
  racers: Readonly<Record<RacerName, Racer>>,
  concurrent: number,
): Promise<RunThroughput> {
  const target = await place.target()
  const order = { shape: 'chain', steps, url: target.url, concurrent }
  const rates: Record<RacerName, number[]> = { cairn: [], dbos: [], restate: [] }
  const cpu: Record<RacerName, number[]> = { cairn: [], dbos: [], restate: [] }
  for (const name of racerNames) await racers[name].ask('throughput', { ...order, runs: concurrent })
  for (let round = 0; round < place.rounds; round += 1) {
    for (const name of orderOf(round)) {
      const runs = runsEach[name]
      const before = target.answered()
      const { answer: seconds, cpuMs } = await racers[name].ask<number>('throughput', { ...order, runs })
      target.requireAnswered(before, steps * runs)
      rates[name].push(runs / seconds)
      cpu[name].push(cpuMs / runs)
    }
  }
  const ratioTo = (peer: RacerName): Summary =>
    summarise(rates.cairn.map((own, round) => own / (rates[peer][round] ?? Number.NaN)))
  return {
    steps,
    concurrent,
    runsPerSecond: byRacer((name) => summarise(rates[name])),
    cpuMs: byRacer((name) => summarise(cpu[name])),
    ratioToDbos: ratioTo('dbos'),
    ratioToRestate: ratioTo('restate'),
  }
}
