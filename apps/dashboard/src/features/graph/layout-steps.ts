/** Where the boxes of a graph of steps stand. */
import { Graph, layout } from '@dagrejs/dagre'

export interface Placed {
  readonly x: number
  readonly y: number
}

export interface Layout {
  /** Top left corners, by the names of the steps. */
  readonly places: ReadonlyMap<string, Placed>
  readonly width: number
  readonly height: number
}

/** Pixels. */
export const boxSize = { width: 184, height: 54 } as const

export interface LinkedStep {
  readonly name: string
  readonly waitsFor: readonly string[]
}

/** Where what waits stands: at the right of what it waits for, or below it where there is little width. */
export type Direction = 'right' | 'down'

/** In the order of their waiting. Names in `waitsFor` that no step has are passed over. */
export function layoutSteps(steps: readonly LinkedStep[], direction: Direction = 'right'): Layout {
  const graph = new Graph()
  graph.setGraph({
    rankdir: direction === 'right' ? 'LR' : 'TB',
    ranksep: 34,
    nodesep: 16,
    marginx: 0,
    marginy: 0,
    ranker: 'longest-path',
  })
  graph.setDefaultEdgeLabel(() => ({}))
  const names = new Set(steps.map(({ name }) => name))
  for (const { name } of steps) graph.setNode(name, { ...boxSize })
  for (const { name, waitsFor } of steps) {
    for (const other of waitsFor) if (names.has(other)) graph.setEdge(other, name)
  }
  layout(graph)
  const places = new Map(
    steps.map(({ name }) => {
      const { x, y } = graph.node(name) as { x: number; y: number }
      return [name, { x: x - boxSize.width / 2, y: y - boxSize.height / 2 }] as const
    }),
  )
  const all = [...places.values()]
  return {
    places,
    width: Math.max(0, ...all.map(({ x }) => x + boxSize.width)),
    height: Math.max(0, ...all.map(({ y }) => y + boxSize.height)),
  }
}
