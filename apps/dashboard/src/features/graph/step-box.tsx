import { Box } from 'lucide-react'
import { memo, type ReactElement } from 'react'
import { StatusIcon } from '../../components/status-badge.tsx'
import { statusTable, type Tone } from '../../components/status-table.ts'
import type { GraphStep } from './graph-step.ts'
import { boxSize, type Placed } from './layout-steps.ts'

const borders: Readonly<Record<Tone, string>> = {
  good: 'border-good/50',
  bad: 'border-bad',
  busy: 'border-busy',
  warn: 'border-warn/60',
  faint: 'border-edge/50',
}

/** Zoomed out too far for words, a step is a spot of its colour. */
const spots: Readonly<Record<Tone, string>> = {
  good: 'group-data-far/graph:bg-good-bar',
  // Larger, so that colour is not the only sign.
  bad: 'group-data-far/graph:bg-bad-bar group-data-far/graph:ring-[10px] group-data-far/graph:ring-bad-bar',
  busy: 'group-data-far/graph:bg-busy-bar',
  warn: 'group-data-far/graph:bg-warn-bar',
  faint: 'group-data-far/graph:bg-edge/50',
}

/** A step of the graph. It is drawn anew only when something of it has changed: there may be hundreds. */
export const StepBox = memo(function StepBox({
  name,
  status,
  note,
  isDimmed,
  x,
  y,
  isSelected,
  onSelect,
}: Required<Omit<GraphStep, 'waitsFor'>> &
  Placed & {
    readonly isSelected: boolean
    readonly onSelect: (step: string) => void
  }): ReactElement {
  const look = status === null ? null : statusTable[status]
  const isFaint = isDimmed || status === 'Skipped' || status === 'Pending'
  return (
    <button
      type="button"
      aria-pressed={isSelected}
      title={`${name}: ${note}`}
      onClick={() => onSelect(name)}
      style={{ ...boxSize, left: x, top: y }}
      className={`nopan pointer-events-auto absolute flex flex-col justify-center gap-0.5 rounded-lg border bg-surface px-3 text-left hover:bg-raised ${borders[look?.tone ?? 'faint']} ${spots[look?.tone ?? 'faint']} ${isSelected ? 'ring-2 ring-accent' : ''} ${isFaint ? 'border-dashed' : ''} ${isDimmed ? 'opacity-50' : ''}`}
    >
      <span className="flex w-full items-center gap-2 group-data-far/graph:opacity-0">
        {status === null ? (
          <Box size={15} aria-hidden className="shrink-0 text-faint" />
        ) : (
          <StatusIcon status={status} />
        )}
        <span className="truncate font-medium">{name}</span>
      </span>
      <span className="w-full truncate text-[12px] leading-4 text-faint group-data-far/graph:opacity-0">{note}</span>
    </button>
  )
})
