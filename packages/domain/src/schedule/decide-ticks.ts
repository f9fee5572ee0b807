/**
 * What becomes of the ticks of a workflow that have come. Of all that came since the last look only the newest runs, and
 * only within its grace time; the others are missed, with the reason. A look that comes in time sees one tick and runs it.
 */
import type { CronSchedule } from './cron-pattern.ts'
import { latestTick, nextTick, ticksBetween } from './ticks.ts'

export interface ScheduleState extends CronSchedule {
  /** Its ticks up to this instant have run or are recorded as missed; epoch milliseconds. */
  readonly handledUntil: number
}

export interface MissedTicks {
  readonly schedule: CronSchedule
  /** The first of them. */
  readonly tick: number
  /** The last of them when they are too many to be listed one by one; null = this one alone. */
  readonly until: number | null
  readonly reason: string
}

export interface TickDecision {
  /** The tick that a run is to be started for. */
  readonly start: { readonly schedule: CronSchedule; readonly tick: number } | null
  /** In order of time; one that schedules share is there once. */
  readonly missed: readonly MissedTicks[]
  /** The schedules as they are after that, in the order given. */
  readonly states: readonly ScheduleState[]
}

/** More missed ticks of one schedule than these are told of by their first and last. */
const mostListed = 100

/** @param graceMs how late a tick may still run, in milliseconds */
export function decideTicks(states: readonly ScheduleState[], now: number, graceMs: number): TickDecision {
  const newest = states
    .map((state) => ({ state, tick: latestTick(state, { after: state.handledUntil, until: now }) }))
    .filter((found): found is { state: ScheduleState; tick: number } => found.tick !== null)
  const latest = newest.reduce((most, { tick }) => Math.max(most, tick), Number.NEGATIVE_INFINITY)
  const isInTime = now - latest <= graceMs
  const starting = isInTime ? newest.find(({ tick }) => tick === latest) : undefined
  const reason = isInTime
    ? `not started in time, as when no engine runs; of the times that passed only the last, ${isoOf(latest)}, was run`
    : `not started in time, as when no engine runs, and more than the grace time of ${graceMs / 1000} s ago`
  const last = isInTime ? latest - 1 : latest
  return {
    start: starting === undefined ? null : { schedule: scheduleOf(starting.state), tick: latest },
    missed: uniqueInOrder(newest.flatMap(({ state, tick }) => missedOf(state, Math.min(tick, last), reason))),
    states: states.map((state) => {
      const found = newest.find((candidate) => candidate.state === state)
      return found === undefined ? state : { ...state, handledUntil: found.tick }
    }),
  }
}

function missedOf(state: ScheduleState, last: number, reason: string): MissedTicks[] {
  const range = { after: state.handledUntil, until: last }
  const ticks = ticksBetween(state, range, mostListed + 1)
  const [first] = ticks
  if (first === undefined) return []
  const schedule = scheduleOf(state)
  if (ticks.length > mostListed) return [{ schedule, tick: first, until: latestTick(state, range), reason }]
  return ticks.map((tick) => ({ schedule, tick, until: null, reason }))
}

function uniqueInOrder(missed: readonly MissedTicks[]): MissedTicks[] {
  const byTick = new Map(missed.map((entry) => [entry.tick, entry]))
  return [...byTick.values()].toSorted((a, b) => a.tick - b.tick)
}

/** The first tick of any of the schedules that is neither handled nor past; null = none comes. */
export function nextOfAll(states: readonly ScheduleState[], now: number): number | null {
  const ticks = states
    .map((state) => nextTick(state, Math.max(state.handledUntil, now)))
    .filter((tick): tick is number => tick !== null)
  return ticks.length === 0 ? null : Math.min(...ticks)
}

const scheduleOf = ({ cron, timezone }: CronSchedule): CronSchedule => ({ cron, timezone })

const isoOf = (tick: number): string => new Date(tick).toISOString()
