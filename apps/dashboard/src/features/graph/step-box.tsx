import { Handle, type NodeProps, Position } from '@xyflow/react'
import { Box } from 'lucide-react'
import type { ReactElement } from 'react'
import { StatusIcon } from '../../components/status-badge.tsx'
import { statusTable, type Tone } from '../../components/status-table.ts'
import { boxSize, type Direction } from './layout-steps.ts'
import type { GraphStep } from './graph-step.ts'

const borders: Readonly<Record<Tone, string>> = {
  good: 'border-good/50',
  bad: 'border-bad',
  busy: 'border-busy',
  warn: 'border-warn/60',
  faint: 'border-edge/50',
}

interface BoxData extends Record<string, unknown> {
  readonly step: GraphStep
  readonly isSelected: boolean
  readonly direction: Direction
}

const sides = {
  right: { in: Position.Left, out: Position.Right },
  down: { in: Position.Top, out: Position.Bottom },
} as const

/** A step of the graph, which hears of its presses. Its edges end at its sides; they cannot be pulled. */
export function StepBox({ data }: NodeProps): ReactElement {
  const { step, isSelected, direction } = data as BoxData
  const { name, status, note, isDimmed = false } = step
  const look = status === null ? null : statusTable[status]
  const isFaint = isDimmed || status === 'Skipped' || status === 'Pending'
  return (
    <>
      <Handle type="target" position={sides[direction].in} className="!opacity-0" isConnectable={false} />
      <button
        type="button"
        aria-pressed={isSelected}
        title={note}
        style={boxSize}
        className={`nopan flex flex-col justify-center gap-0.5 rounded-lg border bg-surface px-3 text-left shadow-sm transition-colors hover:bg-raised ${borders[look?.tone ?? 'faint']} ${isSelected ? 'ring-2 ring-accent' : ''} ${isFaint ? 'border-dashed' : ''} ${isDimmed ? 'opacity-50' : ''}`}
      >
        <span className="flex w-full items-center gap-2">
          {status === null ? (
            <Box size={15} aria-hidden className="shrink-0 text-faint" />
          ) : (
            <StatusIcon status={status} />
          )}
          <span className="truncate font-medium">{name}</span>
        </span>
        <span className="w-full truncate text-[12px] leading-4 text-faint">{note}</span>
      </button>
      <Handle type="source" position={sides[direction].out} className="!opacity-0" isConnectable={false} />
    </>
  )
}
