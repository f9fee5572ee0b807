import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import type { CalendarDay, DayEntry } from './week.ts'

const clock = (at: number): string => new Date(at).toLocaleTimeString('en-GB', { timeStyle: 'short' })
const dayName = (at: number): string =>
  new Date(at).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })

function EntryLink({ entry: { workflowId, workflowName, times } }: { readonly entry: DayEntry }): ReactElement {
  const [first = 0] = times
  return (
    <Link
      to="/workflows/$workflowId"
      params={{ workflowId }}
      title={`${workflowName}: ${times.map(clock).join(', ')}`}
      className="flex items-baseline gap-1.5 rounded bg-busy-soft px-1.5 py-0.5 text-[12px] hover:underline"
    >
      <span className="shrink-0 text-busy tabular-nums">{times.length > 1 ? `${times.length}×` : clock(first)}</span>
      <span className="min-w-0 truncate">{workflowName}</span>
    </Link>
  )
}

/** A week side by side where there is room, day under day elsewhere. What fires often on a day takes one line of it. */
export function WeekTable({ week }: { readonly week: readonly CalendarDay[] }): ReactElement {
  return (
    <ol className="grid grid-cols-1 overflow-hidden rounded-lg border border-line bg-surface lg:grid-cols-7">
      {week.map(({ start, entries, count }, at) => (
        <li
          key={start}
          className="min-w-0 border-line max-lg:border-t max-lg:first:border-t-0 lg:border-l lg:first:border-l-0"
        >
          <h3 className={`border-b border-line px-3 py-2 text-[13px] font-medium ${at === 0 ? 'bg-raised' : ''}`}>
            {at === 0 ? 'Today' : dayName(start)}
            <span className="ml-2 font-normal text-faint">{count === 0 ? '' : count}</span>
          </h3>
          <div className="max-h-96 min-h-10 space-y-1 overflow-y-auto p-2 lg:min-h-48">
            {count === 0 ? <p className="px-1 text-[12px] text-faint">Nothing fires</p> : null}
            {entries.map((entry) => (
              <EntryLink key={`${entry.workflowId} ${entry.times[0]}`} entry={entry} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  )
}
