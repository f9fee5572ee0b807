/** Forty http steps, one after the other, each durable before the next: from the start of a run to its end. */
import type { Place } from './place.ts'
import { orderOf, type RacerName, racerNames, startRacers } from './racers.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const steps = 40
const runsEach = 12

export interface ChainLatency {
  readonly steps: number
  /** Milliseconds of a run. */
  readonly ms: Readonly<Record<RacerName, Summary>>
  /** Milliseconds of processor time of a run, by round. */
  readonly cpuMs: Readonly<Record<RacerName, Summary>>
  /** Median of Cairn over median of the peer, by round: below 1 = Cairn is quicker. */
  readonly ratioToDbos: Summary
  readonly ratioToRestate: Summary
}

export async function measureChainLatency(place: Place): Promise<ChainLatency> {
  const target = await place.target()
  const racers = await startRacers(place)
  const order = { shape: 'chain', steps, url: target.url }
  const times: Record<RacerName, number[][]> = { cairn: [], dbos: [], restate: [] }
  const cpu: Record<RacerName, number[]> = { cairn: [], dbos: [], restate: [] }
  for (const name of racerNames) await racers[name].ask('latencies', { ...order, runs: 10 })
  for (let round = 0; round < place.rounds; round += 1) {
    for (const name of orderOf(round)) {
      const before = target.answered()
      const { answer, cpuMs } = await racers[name].ask<number[]>('latencies', { ...order, runs: runsEach })
      target.requireAnswered(before, steps * runsEach)
      times[name].push(answer)
      cpu[name].push(cpuMs / runsEach)
    }
  }
  const ratioTo = (peer: RacerName): Summary =>
    summarise(times.cairn.map((own, round) => medianOf(own) / medianOf(times[peer][round] ?? [])))
  return {
    steps,
    ms: byRacer((name) => summarise(times[name].flat())),
    cpuMs: byRacer((name) => summarise(cpu[name])),
    ratioToDbos: ratioTo('dbos'),
    ratioToRestate: ratioTo('restate'),
  }
}

export function byRacer<T>(of: (name: RacerName) => T): Readonly<Record<RacerName, T>> {
  return { cairn: of('cairn'), dbos: of('dbos'), restate: of('restate') }
}
