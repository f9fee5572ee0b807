import { expect, it } from 'vitest'
import { scrollTopOf, windowAt } from './row-window.ts'

const view = { rowHeight: 20, viewHeight: 400 }

it('draws what is in view and no more', () => {
  expect(windowAt(0, { rows: 1_000, ...view })).toEqual({ height: 20_000, first: 0, count: 21, offset: 0 })
  expect(windowAt(1_010, { rows: 1_000, ...view })).toEqual({ height: 20_000, first: 50, count: 21, offset: 1_000 })
  expect(windowAt(0, { rows: 3, ...view })).toMatchObject({ height: 60, first: 0, count: 3, offset: 0 })
})

it('reaches the first and the last of five million rows within the height that browsers keep', () => {
  const rows = 5_000_000
  const { height } = windowAt(0, { rows, ...view })
  expect(height).toBeLessThan(17_000_000)
  const end = windowAt(height - view.viewHeight, { rows, ...view })
  expect(end.first + end.count).toBe(rows)
  expect(end.offset).toBeLessThanOrEqual(height - view.viewHeight)
})

it.each([[0], [7], [999_999], [4_999_999]])('finds row %d again after it was scrolled to', (row) => {
  const viewport = { rows: 5_000_000, ...view }
  const { first, count } = windowAt(scrollTopOf(row, viewport), viewport)
  expect(first).toBeLessThanOrEqual(row)
  expect(first + count).toBeGreaterThan(row)
})
