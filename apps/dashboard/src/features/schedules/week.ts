import type { ScheduleFirings } from '@cairn/sdk'

/** A time at which a schedule fires. */
export interface Firing {
  readonly at: number
  readonly workflowId: number
  readonly workflowName: string
}

/** Firings of one workflow on a day, as one line of the calendar. */
export interface DayEntry {
  readonly workflowId: number
  readonly workflowName: string
  readonly times: readonly number[]
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

export function firingsOf(schedules: readonly ScheduleFirings[]): readonly Firing[] {
  return schedules
    .flatMap(({ workflowId, workflowName, firings }) =>
      firings.map((at) => ({ at: Date.parse(at), workflowId, workflowName })),
    )
    .toSorted((left, right) => left.at - right.at)
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
  return [...Map.groupBy(firings, ({ workflowId }) => workflowId)]
    .flatMap(([workflowId, ofWorkflow]) => {
      const workflowName = ofWorkflow[0]?.workflowName ?? ''
      const times = ofWorkflow.map(({ at }) => at)
      const lines = times.length > mostLinesOfWorkflow ? [times] : times.map((time) => [time])
      return lines.map((line) => ({ workflowId, workflowName, times: line }))
    })
    .toSorted((left, right) => (left.times[0] ?? 0) - (right.times[0] ?? 0))
}
