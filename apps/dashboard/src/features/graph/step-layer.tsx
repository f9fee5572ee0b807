import { type NodeProps, useStore } from '@xyflow/react'
import { type ReactElement, useMemo } from 'react'
import { edgePaths } from './edge-paths.ts'
import type { GraphStep } from './graph-step.ts'
import type { Direction, Layout } from './layout-steps.ts'
import { StepBox } from './step-box.tsx'

/** Zoomed out further, words cannot be read. */
const leastReadable = 0.3

export interface LayerData extends Record<string, unknown> {
  readonly steps: readonly GraphStep[]
  readonly layout: Layout
  readonly direction: Direction
  readonly selected: string | null
  readonly onSelect: (step: string) => void
}

/**
 * All boxes and lines of a graph, as the one node that React Flow moves: it works through each of its nodes and edges at every
 * move, and so could not move hundreds.
 */
export function StepLayer({ data }: NodeProps): ReactElement {
  const { steps, layout, direction, selected, onSelect } = data as LayerData
  const isFar = useStore(({ transform: [, , zoom] }) => zoom < leastReadable)
  const paths = useMemo(() => edgePaths(steps, layout, direction), [steps, layout, direction])
  return (
    <div
      data-far={isFar ? '' : undefined}
      className="group/graph pointer-events-none relative"
      style={{ width: layout.width, height: layout.height }}
    >
      <svg aria-hidden width={layout.width} height={layout.height} className="absolute overflow-visible">
        {paths.map(({ lines, heads, isDimmed }, at) => (
          <g key={at} className={isDimmed ? 'opacity-35' : 'opacity-80'}>
            <path d={lines} className="fill-none stroke-edge" strokeWidth={isFar ? 4 : 1.25} />
            <path d={heads} className="fill-edge" />
          </g>
        ))}
      </svg>
      {steps.map((step) => {
        const place = layout.places.get(step.name)
        return place === undefined ? null : (
          <StepBox
            key={step.name}
            {...place}
            name={step.name}
            status={step.status}
            note={step.note}
            isDimmed={step.isDimmed ?? false}
            isSelected={step.name === selected}
            onSelect={onSelect}
          />
        )
      })}
    </div>
  )
}
