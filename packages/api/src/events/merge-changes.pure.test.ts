import type { TenantChange } from '@cairn/store'
import { expect, it } from 'vitest'
import { type Changes, mergeChange } from './merge-changes.ts'

type Kind = TenantChange['change']

it.each<readonly [Kind, Kind, Kind]>([
  ['created', 'updated', 'created'],
  ['created', 'deleted', 'deleted'],
  ['updated', 'updated', 'updated'],
  ['updated', 'deleted', 'deleted'],
  ['deleted', 'created', 'updated'],
  ['deleted', 'updated', 'deleted'],
])('what was %s and then %s is told as %s', (first, second, told) => {
  const waiting: Changes = new Map()
  const change = { tenantId: 't', kind: 'secret', id: 'a', parentId: null } as const
  mergeChange(waiting, { ...change, change: first })
  mergeChange(waiting, { ...change, change: second })
  expect([...waiting.values()]).toEqual([{ ...change, change: told }])
})

it('steps of the same name of two runs are two', () => {
  const waiting: Changes = new Map()
  const step = { tenantId: 't', kind: 'step', id: 'train', change: 'updated' } as const
  mergeChange(waiting, { ...step, parentId: 'one' })
  mergeChange(waiting, { ...step, parentId: 'two' })
  expect(waiting.size).toBe(2)
})
