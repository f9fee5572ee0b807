import type { ExecutionDetails, ExecutionStep, StepAttempt } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { timelineOf } from './timeline-rows.ts'

const at = (seconds: number): string => new Date(seconds * 1000).toISOString()

function attempt(number: number, started: number, running: number | null, finished: number | null): StepAttempt {
  return {
    attempt: number,
    startedAt: at(started),
    runningAt: running === null ? null : at(running),
    finishedAt: finished === null ? null : at(finished),
  }
}

function step(name: string, waitsFor: string[], attempts: StepAttempt[], stepType = 'standard'): ExecutionStep {
  return {
    name,
    status: 'Success',
    stepType,
    startedAt: attempts[0]?.startedAt ?? null,
    finishedAt: attempts.at(-1)?.finishedAt ?? null,
    image: null,
    output: {},
    reason: null,
    exitCode: null,
    attempt: attempts.length,
    attempts,
    waitsFor,
    input: [],
    decisions: [],
  }
}

function run(finished: number | null, steps: ExecutionStep[]): ExecutionDetails {
  return {
    runId: 'run',
    status: 'Success',
    executedAt: at(0),
    finishedAt: finished === null ? null : at(finished),
    reason: null,
    outcomeNote: null,
    trigger: 'manual',
    startedBy: 'ada@example.com',
    rerunId: null,
    retriedBy: null,
    decisions: [],
    steps,
  }
}

const segments = (details: ExecutionDetails, now: number): string[][] =>
  timelineOf(details, now * 1000).rows.map((row) =>
    row.segments.map(({ kind, from, to, attempt: number }) => `${kind} ${number}: ${from / 1000}-${to / 1000}`),
  )

it('tells queueing apart from running, and the wait between attempts from both', () => {
  const twice = step('a', [], [attempt(1, 0, 2, 5), attempt(2, 9, 10, 12)])
  expect(segments(run(12, [twice]), 99)).toEqual([
    ['queue 1: 0-2', 'run 1: 2-5', 'retry 1: 5-9', 'queue 2: 9-10', 'run 2: 10-12'],
  ])
})

it('lets what goes on end now, and counts a container that was not seen running as queueing until it has ended', () => {
  const live = run(null, [step('a', [], [attempt(1, 0, 1, null)]), step('b', [], [attempt(1, 2, null, null)])])
  expect(segments(live, 7)).toEqual([['queue 1: 0-1', 'run 1: 1-7'], ['queue 1: 2-7']])
  expect(segments(run(8, [step('b', [], [attempt(1, 2, null, 4)])]), 99)).toEqual([['run 1: 2-4']])
  expect(segments(run(null, [step('call', [], [attempt(1, 2, null, null)], 'http')]), 5)).toEqual([['run 1: 2-5']])
})

it('marks the steps that the end of the run waited for, once it has ended', () => {
  const steps = [
    step('load', [], [attempt(1, 0, 0, 4)]),
    step('short', [], [attempt(1, 0, 0, 1)]),
    step('train', ['load', 'short'], [attempt(1, 4, 4, 9)]),
    step('never', ['train'], []),
  ]
  const marked = (finished: number | null): string[] =>
    timelineOf(run(finished, steps), 20_000).rows.flatMap((row) => (row.isCritical ? [row.step.name] : []))
  expect(marked(9)).toEqual(['load', 'train'])
  expect(marked(null)).toEqual([])
})
