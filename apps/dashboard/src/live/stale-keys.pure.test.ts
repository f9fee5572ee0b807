import { resourceKinds } from '@cairn/contract'
import { expect, it } from 'vitest'
import { staleKeys } from './stale-keys.ts'

it('names the readings of a run and of its workflow when a run changes, and of the run alone for a step', () => {
  expect(staleKeys({ kind: 'execution', id: 'abc', parentId: '7', change: 'updated' })).toEqual([
    ['run', 'abc'],
    ['run', 'list', 7],
    ['workflow', 'list'],
    ['workflow', 7],
  ])
  expect(staleKeys({ kind: 'step', id: 'train', parentId: 'abc', change: 'updated' })).toEqual([['run', 'abc']])
})

it.each(resourceKinds)('names readings of what is called %s', (kind) => {
  const keys = staleKeys({ kind, id: '7', parentId: '8', change: 'deleted' })
  expect(keys.length).toBeGreaterThan(0)
  for (const key of keys) expect(key.every((part) => part !== '' && !Number.isNaN(part))).toBe(true)
})
