import { expect, test } from 'vitest'
import { newestOf, pageKeysOf, pageRequestOf, windowOf } from './paging.ts'

test('a list without a page is its first 25', () => {
  expect(pageRequestOf({})).toEqual({ pageNumber: 1, pageSize: 25 })
})

test.each([
  [0, 1],
  [1, 1],
  [25, 1],
  [26, 2],
])('%i items are %i pages', (total, pageCount) => {
  expect(pageKeysOf({ items: [], total }, { pageNumber: 1, pageSize: 25 })).toMatchObject({ pageCount })
})

const now = Date.parse('2026-06-01T00:00:00Z')

test('the window is the last 90 days and what is newer than the clock', () => {
  const { from, to } = windowOf({}, now)
  expect(from.toISOString()).toBe('2026-03-03T00:00:00.000Z')
  expect(to.getTime()).toBeGreaterThan(now)
})

test.each([
  ['2026-01-31', '2026-01-31T00:00:00.000Z'],
  ['2026-01-31T10:00:00', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31 10:00', '2026-01-31T10:00:00.000Z'],
  ['2026-01-31T10:00:00.5+02:00', '2026-01-31T08:00:00.500Z'],
  ['2026-01-31T10:00:00Z', '2026-01-31T10:00:00.000Z'],
])('%s begins a window at %s', (text, instant) => {
  expect(windowOf({ dateFrom: text }, now).from.toISOString()).toBe(instant)
})

test('a day as the end of a window is the whole day', () => {
  expect(windowOf({ dateTo: '2026-01-31' }, now).to.toISOString()).toBe('2026-01-31T23:59:59.999Z')
})

test('a window that ends in the past begins 90 days before its end', () => {
  expect(windowOf({ dateTo: '2026-01-31T00:00:00Z' }, now).from.toISOString()).toBe('2025-11-02T00:00:00.000Z')
})

test('a negative count means all', () => {
  expect([newestOf(undefined), newestOf(-1), newestOf(0), newestOf(3)]).toEqual([null, null, 0, 3])
})
