import type { ExecutionSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { statusTable, toneBar } from '../../components/status-table.ts'
import { durationText, fullTime } from '../../format/time.ts'

const mostBars = 30
/** Of the bar of the longest run, in pixels. */
const highest = { large: 28, small: 20 } as const
const lowest = 4

/** Of failed runs, so that colour is not the only sign. */
const hatched = 'bg-[repeating-linear-gradient(-45deg,transparent_0_2px,var(--color-surface)_2px_3px)]'

/** The last runs, oldest first: as high as they took long, in the colour of how they ended. */
export function RunBars({
  workflowId,
  runs,
  size = 'large',
}: {
  readonly workflowId: number
  readonly runs: readonly ExecutionSummary[]
  readonly size?: keyof typeof highest
}): ReactElement {
  const shown = runs.slice(0, mostBars).toReversed()
  const longest = Math.max(...shown.map(({ duration }) => duration), 0.001)
  return (
    <div className={`relative inline-flex items-end gap-0.5 align-bottom ${size === 'small' ? 'h-5' : 'h-8'}`}>
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
            className={`shrink-0 rounded-sm hover:opacity-70 ${size === 'small' ? 'w-[5px]' : 'w-1.5'} ${toneBar[tone]} ${tone === 'bad' ? hatched : ''}`}
            style={{ height: lowest + (duration / longest) * (highest[size] - lowest) }}
          />
        )
      })}
    </div>
  )
}
