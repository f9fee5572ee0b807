import { expect, it } from 'vitest'
import { attemptTimes, type RecordedRunEvent, type RunEvent } from '../../src/index.ts'

/** Ten milliseconds apart. */
function timesOf(...events: readonly RunEvent[]): Record<string, (number | null)[][]> {
  const recorded: RecordedRunEvent[] = events.map((event, at) => ({ sequence: at + 1, at: at * 10, event }))
  return Object.fromEntries(
    [...attemptTimes(recorded)].map(([step, attempts]) => [
      step,
      attempts.map(({ startedAt, runningAt, finishedAt }) => [startedAt, runningAt, finishedAt]),
    ]),
  )
}

const failed = { cause: 'failed', reason: 'exit code 1', exitCode: 1, retryAt: 0 } as const

it('tells when each attempt was asked for, ran and ended', () => {
  expect(
    timesOf(
      { type: 'attempt.started', step: 'a', attempt: 1 },
      { type: 'attempt.running', step: 'a', attempt: 1 },
      { type: 'attempt.failed', step: 'a', attempt: 1, ...failed },
      { type: 'attempt.started', step: 'a', attempt: 2 },
      { type: 'attempt.started', step: 'b', attempt: 1 },
      { type: 'step.succeeded', step: 'a', outputs: {} },
    ),
  ).toEqual({
    a: [
      [0, 10, 20],
      [30, null, 50],
    ],
    b: [[40, null, null]],
  })
})

it('leaves the end of an attempt as it was when the step is stopped while it waits for the next', () => {
  const started = { type: 'attempt.started', step: 'a', attempt: 1 } as const
  const stopped = { type: 'step.stopped', step: 'a', reason: 'stopped' } as const
  expect(timesOf(started, { type: 'attempt.failed', step: 'a', attempt: 1, ...failed }, stopped)).toEqual({
    a: [[0, null, 10]],
  })
  expect(timesOf(started, stopped)).toEqual({ a: [[0, null, 10]] })
  expect(timesOf(stopped)).toEqual({})
})
