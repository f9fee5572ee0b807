import type { ExecutionStatus, ExecutionSummary } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { failingSince } from './failing-since.ts'

/** Newest first, an hour apart, the newest at ten. */
const runs = (...statuses: ExecutionStatus[]): ExecutionSummary[] =>
  statuses.map((status, at) => ({
    executionId: `${at}`,
    status,
    executedAt: `${10 - at}`,
    finishedAt: null,
    duration: 1,
  }))

it('counts back to the last success, past runs that were stopped or go on', () => {
  expect(failingSince(runs('Running', 'Failed', 'Stopped', 'Failed', 'Success', 'Failed'))).toEqual({
    since: '7',
    runs: 2,
    isOlder: false,
  })
})

it('says when nothing known succeeded, and when nothing fails', () => {
  expect(failingSince(runs('Failed', 'Failed'))).toEqual({ since: '9', runs: 2, isOlder: true })
  expect(failingSince(runs('Running', 'Success', 'Failed'))).toBeNull()
  expect(failingSince([])).toBeNull()
})
