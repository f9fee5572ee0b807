import type { ExecutionStatus, ExecutionSummary } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { usualSeconds } from './usual-seconds.ts'

const run = (status: ExecutionStatus, duration: number): ExecutionSummary => ({
  executionId: '',
  status,
  executedAt: '',
  finishedAt: null,
  duration,
})

it('is the median of what succeeded', () => {
  const runs = [run('Success', 90), run('Failed', 1), run('Success', 10), run('Success', 12), run('Running', 400)]
  expect(usualSeconds(runs)).toBe(12)
  expect(usualSeconds(runs.slice(0, 3))).toBe(10)
})

it('is not known before anything succeeded', () => {
  expect(usualSeconds([run('Failed', 3)])).toBeNull()
})
