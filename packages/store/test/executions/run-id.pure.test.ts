import { expect, it } from 'vitest'
import { newRunId } from '../../src/executions/run-id.ts'

it('is a UUID of version 7 that begins with the time and differs each time', () => {
  const now = Date.UTC(2026, 10, 26)
  const ids = Array.from({ length: 1000 }, () => newRunId(now))
  for (const id of ids) {
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(now)
  }
  expect(new Set(ids).size).toBe(1000)
})

it('sorts by the time', () => {
  const ids = [1, 2, 1_764_115_200_000, 1_764_115_200_001].map((now) => newRunId(now))
  expect(ids.toSorted()).toEqual(ids)
})
