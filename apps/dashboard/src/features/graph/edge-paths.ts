/** The lines of a graph of steps as text of SVG paths: a few paths are drawn sooner than one for each line. */
import type { GraphStep } from './graph-step.ts'
import { boxSize, type Direction, type Layout, type Placed } from './layout-steps.ts'

export interface EdgePath {
  /** Of the lines. */
  readonly lines: string
  /** Of their heads. */
  readonly heads: string
  /** They lead to steps that will not run. */
  readonly isDimmed: boolean
}

/** Lines of one path. What is out of view of a path is worked through whenever some of it is drawn. */
const mostLines = 60
/** Pixels. */
const head = { length: 7, halfWidth: 3.5 } as const

interface Edge {
  readonly from: Placed
  readonly to: Placed
}

function lineOf({ from, to }: Edge, direction: Direction): string {
  if (direction === 'right') {
    const [x, y] = [from.x + boxSize.width, from.y + boxSize.height / 2]
    const [endX, endY] = [to.x - head.length, to.y + boxSize.height / 2]
    const bend = Math.max(12, (endX - x) / 2)
    return `M${x} ${y}C${x + bend} ${y} ${endX - bend} ${endY} ${endX} ${endY}`
  }
  const [x, y] = [from.x + boxSize.width / 2, from.y + boxSize.height]
  const [endX, endY] = [to.x + boxSize.width / 2, to.y - head.length]
  const bend = Math.max(12, (endY - y) / 2)
  return `M${x} ${y}C${x} ${y + bend} ${endX} ${endY - bend} ${endX} ${endY}`
}

function headOf({ to }: Edge, direction: Direction): string {
  const { length, halfWidth } = head
  return direction === 'right'
    ? `M${to.x} ${to.y + boxSize.height / 2}l${-length} ${-halfWidth}v${2 * halfWidth}z`
    : `M${to.x + boxSize.width / 2} ${to.y}l${-halfWidth} ${-length}h${2 * halfWidth}z`
}

/** Lines from what is waited for to what waits. Names in `waitsFor` that no step has are passed over. */
export function edgePaths(steps: readonly GraphStep[], { places }: Layout, direction: Direction): readonly EdgePath[] {
  return [false, true].flatMap((isDimmed) => {
    const edges = steps
      .filter((step) => (step.isDimmed ?? false) === isDimmed)
      .flatMap(({ name, waitsFor }) => {
        const to = places.get(name)
        return to === undefined ? [] : waitsFor.flatMap((other) => ({ from: places.get(other), to }))
      })
      .filter((edge): edge is Edge => edge.from !== undefined)
    const groups = Array.from({ length: Math.ceil(edges.length / mostLines) }, (_, at) =>
      edges.slice(at * mostLines, (at + 1) * mostLines),
    )
    return groups.map((group) => ({
      lines: group.map((edge) => lineOf(edge, direction)).join(''),
      heads: group.map((edge) => headOf(edge, direction)).join(''),
      isDimmed,
    }))
  })
}
