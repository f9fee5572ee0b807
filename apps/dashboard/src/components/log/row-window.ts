/** Which rows of a long list are in view, all rows being equally high. */

export interface RowWindow {
  /** Pixels that the list takes in its scroller. */
  readonly height: number
  readonly first: number
  /** Rows to draw. */
  readonly count: number
  /** Pixels from the top of the list to the first drawn row. */
  readonly offset: number
}

/** Pixels. Browsers cut elements that are higher than about 17 million; beyond, scrolling goes faster than the rows. */
const mostHeight = 10_000_000

function scaleOf(rows: number, rowHeight: number, viewHeight: number): number {
  const full = rows * rowHeight
  return full <= mostHeight ? 1 : (full - viewHeight) / (mostHeight - viewHeight)
}

export interface Viewport {
  readonly rows: number
  readonly rowHeight: number
  readonly viewHeight: number
}

export function windowAt(scrollTop: number, { rows, rowHeight, viewHeight }: Viewport): RowWindow {
  const scale = scaleOf(rows, rowHeight, viewHeight)
  const inRows = Math.max(0, Math.min(scrollTop * scale, rows * rowHeight - viewHeight))
  const first = Math.floor(inRows / rowHeight)
  return {
    height: Math.min(rows * rowHeight, mostHeight),
    first,
    count: Math.min(rows - first, Math.ceil(viewHeight / rowHeight) + 1),
    offset: scrollTop - (inRows - first * rowHeight),
  }
}

/** The scroll position at which a row stands a third from the top. */
export function scrollTopOf(row: number, viewport: Viewport): number {
  const { rows, rowHeight, viewHeight } = viewport
  const wanted = Math.max(0, Math.min(row * rowHeight - viewHeight / 3, rows * rowHeight - viewHeight))
  return wanted / scaleOf(rows, rowHeight, viewHeight)
}
