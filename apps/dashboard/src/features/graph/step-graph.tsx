import type { Node } from '@xyflow/react'
import { type ReactElement, useCallback, useMemo, useRef } from 'react'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { useMedia } from '../../components/use-media.ts'
import type { GraphStep } from './graph-step.ts'
import type { Direction } from './layout-steps.ts'
import { StepCanvas } from './step-canvas.tsx'
import type { LayerData } from './step-layer.tsx'
import { useLayout } from './use-layout.ts'

/** Pixels. */
const heights = { least: 150, most: 440, margin: 72 } as const

/** The same function for good, which calls the newest one. */
function useSteady(onSelect: (step: string) => void): (step: string) => void {
  const newest = useRef(onSelect)
  newest.current = onSelect
  return useCallback((step) => newest.current(step), [])
}

/**
 * Steps as boxes with what waits for what. Pages that are drawn often give the same `steps` as long as nothing changed.
 *
 * @param isTall the graph stands in a narrow place: it goes down, as it does on a phone
 */
export function StepGraph({
  steps,
  selected,
  onSelect,
  isTall = false,
}: {
  readonly steps: readonly GraphStep[]
  readonly selected: string | null
  readonly onSelect: (step: string) => void
  readonly isTall?: boolean
}): ReactElement {
  // Too narrow for boxes beside each other that can be read.
  const isNarrow = useMedia('(max-width: 640px)')
  const direction: Direction = isTall || isNarrow ? 'down' : 'right'
  const layout = useLayout(steps, direction)
  const select = useSteady(onSelect)
  const nodes = useMemo<Node[]>(() => {
    if (layout === null) return []
    const data: LayerData = { steps, layout, direction, selected, onSelect: select }
    const { width, height } = layout
    return [{ id: 'steps', type: 'steps', position: { x: 0, y: 0 }, width, height, data }]
  }, [steps, layout, selected, direction, select])
  if (layout === null) return <SkeletonBlock height={heights.most} />
  const height = Math.min(heights.most, Math.max(heights.least, layout.height + heights.margin))
  return (
    <div
      role="group"
      aria-label="Graph of the steps"
      className="step-graph overflow-clip rounded-lg border border-line bg-surface"
      style={{ height }}
    >
      {/* Another layout is fitted into view as the first was. */}
      <StepCanvas key={`${steps.length} ${layout.width} ${layout.height}`} nodes={nodes} />
    </div>
  )
}
