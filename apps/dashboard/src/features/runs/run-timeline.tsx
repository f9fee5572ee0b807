import type { ExecutionDetails } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { StatusIcon } from '../../components/status-badge.tsx'
import { statusTable, toneBar } from '../../components/status-table.ts'
import { useNow } from '../../components/use-now.ts'
import { durationText } from '../../format/time.ts'
import { type Segment, type Timeline, type TimelineRow, timelineOf } from './timeline-rows.ts'

const words = { queue: 'queued', run: 'ran', retry: 'waited for the next attempt' } as const
const marks = [0, 0.25, 0.5, 0.75] as const

function Bar({
  row,
  segment,
  of: { from, to },
}: {
  readonly row: TimelineRow
  readonly segment: Segment
  readonly of: Timeline
}): ReactElement {
  const percent = (ms: number): string => `${(100 * ms) / (to - from)}%`
  const text = `Attempt ${segment.attempt} ${words[segment.kind]} for ${durationText(segment.to - segment.from)}`
  const isLast = segment === row.segments.at(-1)
  const tone = toneBar[isLast || row.step.status === 'Running' ? statusTable[row.step.status].tone : 'bad']
  const looks = {
    queue:
      'h-3 rounded-l border border-edge/60 bg-[repeating-linear-gradient(135deg,transparent_0_3px,var(--color-line)_3px_5px)]',
    run: `h-4 rounded ${tone}`,
    retry: 'h-0 border-t border-dashed border-edge',
  } as const
  return (
    <span
      title={text}
      className={`absolute top-1/2 min-w-[3px] -translate-y-1/2 ${looks[segment.kind]}`}
      style={{ left: percent(segment.from - from), width: percent(segment.to - segment.from) }}
    />
  )
}

/** How long it ran, and where there is room how long it was queued. */
function SpokenTime({ row: { step, segments } }: { readonly row: TimelineRow }): ReactElement {
  const of = (kind: Segment['kind']): number =>
    segments.filter((each) => each.kind === kind).reduce((sum, { from, to }) => sum + to - from, 0)
  if (segments.length === 0) return <>{statusTable[step.status].label}</>
  return (
    <>
      {durationText(of('run'))}
      {of('queue') > 0 ? <span className="max-sm:hidden">, queued {durationText(of('queue'))}</span> : null}
    </>
  )
}

function Row({
  row,
  timeline,
  isSelected,
  onSelect,
}: {
  readonly row: TimelineRow
  readonly timeline: Timeline
  readonly isSelected: boolean
  readonly onSelect: (step: string) => void
}): ReactElement {
  const { step, segments, isCritical } = row
  return (
    <li
      className={`relative flex h-9 items-center border-t border-line first:border-t-0 hover:bg-raised/60 ${isSelected ? 'bg-raised' : ''}`}
    >
      <button
        type="button"
        aria-pressed={isSelected}
        onClick={() => onSelect(step.name)}
        className="row-link flex w-32 shrink-0 items-center gap-2 px-3 text-left sm:w-56"
      >
        <StatusIcon status={step.status} />
        <span className="truncate font-medium">{step.name}</span>
        {isCritical ? (
          <span
            title="On the critical path: the run waited for it"
            className="ml-auto text-[12px] text-warn max-sm:hidden"
          >
            critical
          </span>
        ) : null}
      </button>
      <span className="relative h-full flex-1 overflow-hidden border-l border-line">
        {segments.map((segment) => (
          <Bar key={`${segment.kind} ${segment.attempt}`} row={row} segment={segment} of={timeline} />
        ))}
      </span>
      <span className="w-[4.5rem] shrink-0 truncate px-2 text-right text-[12px] text-faint tabular-nums sm:w-44 sm:px-3">
        <SpokenTime row={row} />
      </span>
    </li>
  )
}

function Axis({ total }: { readonly total: number }): ReactElement {
  return (
    <div aria-hidden className="flex border-b border-line text-[12px] text-faint">
      <span className="w-32 shrink-0 px-3 py-1.5 sm:w-56">Step</span>
      <span className="relative flex-1">
        {marks.map((mark) => (
          <span
            key={mark}
            className={`absolute top-1.5 border-l border-line pl-1 whitespace-nowrap ${mark % 0.5 === 0 ? '' : 'max-sm:hidden'}`}
            style={{ left: `${mark * 100}%` }}
          >
            {mark === 0 ? '0' : durationText(total * mark)}
          </span>
        ))}
      </span>
      <span className="w-[4.5rem] shrink-0 px-2 py-1.5 text-right sm:w-44 sm:px-3">Took</span>
    </div>
  )
}

/** Steps under each other on one axis of time: queueing is hatched, running filled, the wait for a retry a dashed line. */
export function RunTimeline({
  run,
  selected,
  onSelect,
}: {
  readonly run: ExecutionDetails
  readonly selected: string | null
  readonly onSelect: (step: string) => void
}): ReactElement {
  const now = useNow(run.finishedAt === null ? 1_000 : null)
  const timeline = timelineOf(run, now)
  return (
    <div className="overflow-hidden rounded-lg border border-line bg-surface">
      <Axis total={timeline.to - timeline.from} />
      <ul className="max-h-[440px] overflow-y-auto" tabIndex={0} aria-label="Timeline of the steps">
        {timeline.rows.map((row) => (
          <Row
            key={row.step.name}
            row={row}
            timeline={timeline}
            isSelected={row.step.name === selected}
            onSelect={onSelect}
          />
        ))}
      </ul>
    </div>
  )
}
