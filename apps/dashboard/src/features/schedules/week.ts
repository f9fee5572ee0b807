import type { PastFiring, ScheduleFirings } from '@cairn/sdk'

/** A time at which a schedule fires, or fired. */
export interface Firing {
  readonly at: number
  readonly workflowId: number
  readonly workflowName: string
  /** What became of it; null = it is still to come. */
  readonly past: PastFiring | null
}

/** Firings of one workflow on a day, as one line of the calendar: past ones or coming ones. */
export interface DayEntry {
  readonly workflowId: number
  readonly workflowName: string
  readonly firings: readonly Firing[]
}

export interface CalendarDay {
  /** Its midnight, in the browser's zone. */
  readonly start: number
  /** By their first time. */
  readonly entries: readonly DayEntry[]
  readonly count: number
}

/** A workflow that fires more often on a day takes one line of it. */
const mostLinesOfWorkflow = 4

/** Midnights from the day of `from` on, in the browser's zone; days at which clocks change have their own length. */
export function daysFrom(from: number, count: number): readonly number[] {
  const first = new Date(from)
  return Array.from({ length: count }, (_, at) =>
    new Date(first.getFullYear(), first.getMonth(), first.getDate() + at).getTime(),
  )
}

/** Those to come and those that were, by time; one that is in both, as it came in between, is told once. */
export function firingsOf(schedules: readonly ScheduleFirings[], past: readonly PastFiring[]): readonly Firing[] {
  const were = past.map((firing) => ({
    at: Date.parse(firing.scheduledAt),
    workflowId: firing.workflowId,
    workflowName: firing.workflowName,
    past: firing,
  }))
  const keyOf = ({ at, workflowId }: Pick<Firing, 'at' | 'workflowId'>): string => `${workflowId} ${at}`
  const told = new Set(were.map(keyOf))
  const coming = schedules
    .flatMap(({ workflowId, workflowName, firings }) =>
      firings.map((at) => ({ at: Date.parse(at), workflowId, workflowName, past: null })),
    )
    .filter((firing) => !told.has(keyOf(firing)))
  return [...were, ...coming].toSorted((left, right) => left.at - right.at)
}

/** The firings by day of the browser's zone. */
export function calendarOf(firings: readonly Firing[], days: readonly number[]): readonly CalendarDay[] {
  return days.map((start, at) => {
    const end = days[at + 1] ?? start + 86_400_000
    const ofDay = firings.filter((firing) => firing.at >= start && firing.at < end)
    return { start, entries: entriesOf(ofDay), count: ofDay.length }
  })
}

function entriesOf(firings: readonly Firing[]): readonly DayEntry[] {
  const groups = Map.groupBy(firings, ({ workflowId, past }) => `${workflowId} ${past === null ? 'coming' : 'past'}`)
  return [...groups.values()]
    .flatMap((ofWorkflow) => {
      const { workflowId = 0, workflowName = '' } = ofWorkflow[0] ?? {}
      const lines = ofWorkflow.length > mostLinesOfWorkflow ? [ofWorkflow] : ofWorkflow.map((firing) => [firing])
      return lines.map((line) => ({ workflowId, workflowName, firings: line }))
    })
    .toSorted((left, right) => (left.firings[0]?.at ?? 0) - (right.firings[0]?.at ?? 0))
}
