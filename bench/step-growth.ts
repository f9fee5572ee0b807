/**
 * What a step costs when a run has a hundred times as many, and when a hundred thousand runs are stored. Both must leave
 * it as it is.
 */
import type { Contender } from './contender.ts'
import { cpuMsOf } from './cpu-time.ts'
import type { Place } from './place.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const shapes = ['chain', 'fan'] as const
const sizes = [40, 400, 4000] as const
type Size = (typeof sizes)[number]
/** A round of each size takes as many steps, as far as runs are whole. */
const runsEach = { 40: 20, 400: 3, 4000: 1 } as const satisfies Record<Size, number>
const storedRuns = 100_000

interface Growth {
  readonly shape: (typeof shapes)[number]
  /** From the start of a run to its end, by its steps: milliseconds passed, and of processor time. */
  readonly msPerStep: Readonly<Record<Size, Summary>>
  readonly cpuMsPerStep: Readonly<Record<Size, Summary>>
  /** With 4,000 steps over with 40, by round. */
  readonly ratio: Summary
  readonly cpuRatio: Summary
}

export async function measureStepGrowth(place: Place): Promise<readonly Growth[]> {
  const postgres = await place.postgres()
  const cairn = await place.cairn(await postgres.createDatabase())
  const pids = [cairn.pid, postgres.pid()]
  const results: Growth[] = []
  for (const shape of shapes) results.push(await growthOf(place, cairn, pids, shape))
  return results
}

async function growthOf(
  place: Place,
  cairn: Contender,
  pids: readonly number[],
  shape: (typeof shapes)[number],
): Promise<Growth> {
  const target = await place.target()
  const ms: Record<Size, number[]> = { 40: [], 400: [], 4000: [] }
  const cpuMs: Record<Size, number[]> = { 40: [], 400: [], 4000: [] }
  for (const steps of sizes) await cairn.ask('latencies', { shape, steps, url: target.url, runs: 1 })
  for (let round = 0; round < place.rounds; round += 1) {
    for (const steps of round % 2 === 0 ? sizes : sizes.toReversed()) {
      const runs = runsEach[steps]
      const cpuBefore = await cpuMsOf(pids)
      const times = await cairn.ask<number[]>('latencies', { shape, steps, url: target.url, runs })
      cpuMs[steps].push(((await cpuMsOf(pids)) - cpuBefore) / (steps * runs))
      ms[steps].push(medianOf(times) / steps)
    }
  }
  const bySize = (of: Record<Size, number[]>) => ({
    40: summarise(of[40]),
    400: summarise(of[400]),
    4000: summarise(of[4000]),
  })
  const ratioOf = (of: Record<Size, number[]>): Summary =>
    summarise(of[4000].map((value, round) => value / (of[40][round] ?? Number.NaN)))
  return { shape, msPerStep: bySize(ms), cpuMsPerStep: bySize(cpuMs), ratio: ratioOf(ms), cpuRatio: ratioOf(cpuMs) }
}

export interface StoredRuns {
  readonly stored: number
  /** A chain of 40 steps: milliseconds of a run. */
  readonly chainMs: { readonly empty: Summary; readonly full: Summary; readonly ratio: Summary }
  /** Runs of three steps, 200 at a time, per second. */
  readonly runsPerSecond: { readonly empty: Summary; readonly full: Summary; readonly ratio: Summary }
}

export async function measureStoredRuns(place: Place): Promise<StoredRuns> {
  const postgres = await place.postgres()
  const { url } = await place.target()
  const empty = await place.cairn(await postgres.createDatabase())
  const full = await place.cairn(await postgres.createDatabase())
  await full.ask('addFinished', { shape: 'chain', steps: 3, url, count: storedRuns })
  const chain = { empty: [] as number[], full: [] as number[] }
  const rate = { empty: [] as number[], full: [] as number[] }
  const measure = async (which: 'empty' | 'full', counts: boolean): Promise<void> => {
    const contender = which === 'empty' ? empty : full
    const times = await contender.ask<number[]>('latencies', { shape: 'chain', steps: 40, url, runs: 12 })
    const order = { shape: 'chain', steps: 3, url, concurrent: 200, runs: 1500 }
    const seconds = await contender.ask<number>('throughput', order)
    if (!counts) return
    chain[which].push(medianOf(times))
    rate[which].push(order.runs / seconds)
  }
  for (const which of ['empty', 'full'] as const) await measure(which, false)
  for (let round = 0; round < place.rounds; round += 1) {
    for (const which of round % 2 === 0 ? (['empty', 'full'] as const) : (['full', 'empty'] as const)) {
      await measure(which, true)
    }
  }
  const compare = (of: { readonly empty: number[]; readonly full: number[] }) => ({
    empty: summarise(of.empty),
    full: summarise(of.full),
    ratio: summarise(of.full.map((value, round) => value / (of.empty[round] ?? Number.NaN))),
  })
  return { stored: storedRuns, chainMs: compare(chain), runsPerSecond: compare(rate) }
}
