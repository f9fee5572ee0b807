import { Background, Controls, type Edge, MarkerType, type Node, ReactFlow } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { type ReactElement, useMemo, useState } from 'react'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import type { GraphStep } from './graph-step.ts'
import { boxSize, type Direction } from './layout-steps.ts'
import { StepBox } from './step-box.tsx'
import { useLayout } from './use-layout.ts'

const nodeTypes = { step: StepBox }
/** Above it, only what is in view is drawn. */
const mostDrawn = 80
/** Pixels. */
const heights = { least: 150, most: 440, margin: 72 } as const

/** The page scrolls past the graph; it is moved by dragging, and zoomed with Control or Command held. */
const lookOnly = {
  nodesDraggable: false,
  nodesConnectable: false,
  nodesFocusable: false,
  edgesFocusable: false,
  elementsSelectable: false,
  preventScrolling: false,
  zoomOnScroll: false,
  zoomActivationKeyCode: ['Meta', 'Control'],
  panOnDrag: true,
}

function edgesOf(steps: readonly GraphStep[]): Edge[] {
  const names = new Set(steps.map(({ name }) => name))
  return steps.flatMap(({ name, waitsFor, isDimmed }) =>
    waitsFor
      .filter((other) => names.has(other))
      .map((other) => ({
        id: `${other} ${name}`,
        source: other,
        target: name,
        focusable: false,
        markerEnd: { type: MarkerType.ArrowClosed, color: 'var(--color-edge)', width: 14, height: 14 },
        style: { stroke: 'var(--color-edge)', strokeWidth: 1.25, opacity: isDimmed ? 0.35 : 0.8 },
      })),
  )
}

/** Too narrow for boxes beside each other that can be read. */
function isNarrow(): boolean {
  return globalThis.matchMedia('(max-width: 640px)').matches
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
  const [direction] = useState<Direction>(() => (isTall || isNarrow() ? 'down' : 'right'))
  const layout = useLayout(steps, direction)
  const nodes = useMemo<Node[]>(
    () =>
      steps.map((step) => ({
        id: step.name,
        type: 'step',
        position: layout?.places.get(step.name) ?? { x: 0, y: 0 },
        ...boxSize,
        data: { step, isSelected: step.name === selected, direction },
      })),
    [steps, layout, selected, direction],
  )
  const edges = useMemo(() => edgesOf(steps), [steps])
  if (layout === null) return <SkeletonBlock height={heights.most} />
  const height = Math.min(heights.most, Math.max(heights.least, layout.height + heights.margin))
  return (
    <div
      role="group"
      aria-label="Graph of the steps"
      className="overflow-hidden rounded-lg border border-line bg-surface"
      style={{ height }}
    >
      <ReactFlow
        // Another layout is fitted into view as the first was.
        key={`${steps.length} ${layout.width} ${layout.height}`}
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        fitView
        fitViewOptions={{ maxZoom: 1, minZoom: 0.4, padding: { top: '44px', bottom: '16px', x: '16px' } }}
        minZoom={0.05}
        maxZoom={1.5}
        {...lookOnly}
        onNodeClick={(_event, { id }) => onSelect(id)}
        onlyRenderVisibleElements={steps.length > mostDrawn}
        proOptions={{ hideAttribution: true }}
      >
        <Background color="var(--color-line)" gap={20} />
        <Controls showInteractive={false} position="top-right" orientation="horizontal" className="graph-controls" />
      </ReactFlow>
    </div>
  )
}
