import { Controls, type Node, ReactFlow, type ReactFlowInstance } from '@xyflow/react'
import '@xyflow/react/dist/base.css'
import { type ReactElement, useCallback, useRef } from 'react'
import { fitOptions, KeepInView } from './keep-in-view.tsx'
import { showFocused } from './show-focused.ts'
import { StepLayer } from './step-layer.tsx'

const nodeTypes = { steps: StepLayer }

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

/** What a graph is moved and zoomed on: fitted into view at first, and again as its place changes until it is moved by hand. */
export function StepCanvas({ nodes }: { readonly nodes: Node[] }): ReactElement {
  const graph = useRef<ReactFlowInstance | null>(null)
  const moved = useRef(false)
  const isMoved = useCallback(() => moved.current, [])
  const setMoved = (isByHand: boolean): void => {
    moved.current = isByHand
  }
  return (
    <ReactFlow
      nodes={nodes}
      nodeTypes={nodeTypes}
      fitView
      fitViewOptions={fitOptions}
      minZoom={0.05}
      maxZoom={1.5}
      {...lookOnly}
      onInit={(made) => {
        graph.current = made
      }}
      onMoveStart={(event) => event !== null && setMoved(true)}
      onFocus={({ currentTarget, target }) => {
        if (graph.current !== null && showFocused(currentTarget, target, graph.current)) setMoved(true)
      }}
      proOptions={{ hideAttribution: true }}
    >
      <KeepInView isMoved={isMoved} />
      <Controls
        showInteractive={false}
        position="top-right"
        orientation="horizontal"
        className="graph-controls"
        fitViewOptions={fitOptions}
        onZoomIn={() => setMoved(true)}
        onZoomOut={() => setMoved(true)}
        onFitView={() => setMoved(false)}
      />
    </ReactFlow>
  )
}
