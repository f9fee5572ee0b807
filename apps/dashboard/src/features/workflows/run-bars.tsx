import type { ExecutionSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { statusTable, toneBar } from '../../components/status-table.ts'
import { durationText, fullTime } from '../../format/time.ts'

const mostBars = 30
/** Of the bar of the longest run, in pixels. */
const highest = 28
const lowest = 4

/** Of failed runs, so that colour is not the only sign. */
const hatched = 'bg-[repeating-linear-gradient(-45deg,transparent_0_2px,var(--color-surface)_2px_3px)]'

/** The last runs, oldest first: as high as they took long, in the colour of how they ended. */
export function RunBars({
  workflowId,
  runs,
}: {
  readonly workflowId: number
  readonly runs: readonly ExecutionSummary[]
}): ReactElement {
  const shown = runs.slice(0, mostBars).toReversed()
  const longest = Math.max(...shown.map(({ duration }) => duration), 0.001)
  return (
    <div className="flex h-8 items-end gap-0.5">
      {shown.map(({ executionId, status, duration, executedAt }) => {
        const { label, tone } = statusTable[status]
        const what = `${label}, ${durationText(duration * 1000)}, ${fullTime(Date.parse(executedAt))}`
        return (
          <Link
            key={executionId}
            to="/workflows/$workflowId/runs/$executionId"
            params={{ workflowId, executionId }}
            title={what}
            aria-label={what}
            className={`w-1.5 rounded-sm hover:opacity-70 ${toneBar[tone]} ${tone === 'bad' ? hatched : ''}`}
            style={{ height: lowest + (duration / longest) * (highest - lowest) }}
          />
        )
      })}
    </div>
  )
}
