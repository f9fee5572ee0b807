import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { StatusIcon } from '../../components/status-badge.tsx'
import type { CalendarDay, DayEntry, Firing } from './week.ts'

const clock = (at: number): string => new Date(at).toLocaleTimeString('en-GB', { timeStyle: 'short' })
const dayName = (at: number): string =>
  new Date(at).toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short' })

/** What is worst among the firings of a line; null = they are still to come. */
function statusOf(firings: readonly Firing[]) {
  const statuses = firings.flatMap(({ past }) => (past === null ? [] : [past.runStatus ?? past.outcome]))
  const isBad = (status: (typeof statuses)[number]): boolean => status === 'Failed' || status === 'missed'
  return statuses.find(isBad) ?? statuses.at(-1) ?? null
}

function EntryText({ entry: { workflowName, firings } }: { readonly entry: DayEntry }): ReactElement {
  const status = statusOf(firings)
  return (
    <>
      {status === null ? null : (
        <span className="self-center">
          <StatusIcon status={status} size={12} />
        </span>
      )}
      <span className={`shrink-0 tabular-nums ${status === null ? 'text-busy' : 'text-faint'}`}>
        {firings.length > 1 ? `${firings.length}×` : clock(firings[0]?.at ?? 0)}
      </span>
      <span className="min-w-0 truncate">{workflowName}</span>
    </>
  )
}

/** Leads to the run where the line is one that was started. */
function EntryLink({ entry }: { readonly entry: DayEntry }): ReactElement {
  const { workflowId, workflowName, firings } = entry
  const [only, ...others] = firings
  const executionId = others.length === 0 ? (only?.past?.executionId ?? null) : null
  const title = `${workflowName}: ${firings.map(({ at }) => clock(at)).join(', ')}`
  const look = `flex items-baseline gap-1.5 rounded px-1.5 py-0.5 text-[12px] hover:underline ${only?.past ? 'bg-raised' : 'bg-busy-soft'}`
  return executionId === null ? (
    <Link to="/workflows/$workflowId" params={{ workflowId }} title={title} className={look}>
      <EntryText entry={entry} />
    </Link>
  ) : (
    <Link
      to="/workflows/$workflowId/runs/$executionId"
      params={{ workflowId, executionId }}
      title={title}
      className={look}
    >
      <EntryText entry={entry} />
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
              <EntryLink key={`${entry.workflowId} ${entry.firings[0]?.at}`} entry={entry} />
            ))}
          </div>
        </li>
      ))}
    </ol>
  )
}
