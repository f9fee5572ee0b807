import { planOf, plannedContainerStep, plannedHttpStep as step } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import {
  explainRun,
  type PlannedConditions,
  type PlannedRetry,
  type RunEvent,
  type RunOrigin,
  type RunPlan,
} from '../../src/index.ts'
import { RunInMemory, failed, succeeded } from './run-in-memory.ts'

const origin: RunOrigin = {
  createdAt: -1000,
  trigger: 'manual',
  startedBy: 'ada@example.com',
  rerunOf: null,
  queuedBecause: null,
}
const retry = (fields: Partial<PlannedRetry>) => ({
  retry: { maxRetries: 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null, ...fields },
})
const when = (conditions: Partial<PlannedConditions>) => ({
  conditions: { parameters: [], statuses: [], ...conditions },
})
const onFailureOf = (...steps: string[]) => when({ statuses: [{ condition: 'one-of', steps, statuses: ['failure'] }] })
const lost = { kind: 'lost', reason: 'its container vanished' } as const

/** `kind text` of each decision about a step, or about the run. */
function told(run: RunInMemory, name: string | null, about: Partial<RunOrigin> = {}): string[] {
  const explained = explainRun(run.state.graph.plan, { ...origin, ...about }, run.log)
  const decisions = name === null ? explained.decisions : (explained.decisionsOf.get(name) ?? [])
  return decisions.map(({ kind, text }) => `${kind} | ${text}`)
}

function started(plan: RunPlan, before: readonly RunEvent[] = []): RunInMemory {
  const run = new RunInMemory(plan, before)
  run.advance()
  return run
}

describe('the decisions about a step', () => {
  it('say what it waits for, what has not ended, and what made it start', () => {
    const run = started(planOf({ a: step(), b: step(), c: step({ parents: ['a', 'b'] }) }))
    run.end('a', succeeded)
    expect(told(run, 'a')).toEqual(['started | starts: it waits for no step', 'succeeded | succeeded'])
    expect(told(run, 'c')).toEqual(['waiting | waits for "a", "b"; not ended: "b"'])
    run.end('b', succeeded)
    expect(told(run, 'c')).toEqual([
      'waiting | waits for "a", "b"',
      'started | starts: parent "a" succeeded, parent "b" succeeded',
    ])
  })

  it('name the conditions that held, with what was seen', () => {
    const conditions: PlannedConditions = {
      parameters: [{ condition: 'not-equals', step: 'a', output: 'x', value: '1' }],
      statuses: [{ condition: 'one-of', steps: ['a', 'b'], statuses: ['success'] }],
    }
    const run = started(planOf({ a: step(), b: step(), c: step({ alsoWaitsFor: ['a', 'b'], conditions }) }))
    run.end('a', { kind: 'succeeded', outputs: { x: '2' } })
    run.end('b', failed)
    expect(told(run, 'c')[1]).toBe(
      'started | starts: condition "a.x not-equals 1" holds, condition "one-of a, b: success" holds: step "a" succeeded, step "b" failed',
    )
  })

  it('name the condition that did not hold, with the value that was seen', () => {
    const conditions = when({ parameters: [{ condition: 'equals', step: 'a', output: 'x', value: '1' }] })
    const run = started(planOf({ a: step(), c: step({ parents: ['a'], ...conditions }) }))
    run.end('a', { kind: 'succeeded', outputs: { x: '2' } })
    expect(told(run, 'c')[1]).toBe('skipped | skipped: condition "a.x equals 1" does not hold: it is "2"')
  })

  it('say when and why it was tried again, and why not any more', () => {
    const run = started(planOf({ a: step(retry({ maxRetries: 1, delaySeconds: 5 })) }))
    run.now = 1000
    run.end('a', failed)
    run.skipTime()
    run.end('a', lost)
    run.skipTime()
    run.end('a', failed)
    expect(told(run, 'a')).toEqual([
      'started | starts: it waits for no step',
      'retried | attempt 1 failed: exit code 1; attempt 2 starts after 5 s, at 1970-01-01T00:00:06.000Z (retry 1 of at most 1)',
      'started | attempt 2 starts',
      'lost | attempt 2 was lost: its container vanished; attempt 3 starts after 1 s, at 1970-01-01T00:00:07.000Z (loss 1 of at most 3)',
      'started | attempt 3 starts',
      'failed | failed: exit code 1 (attempt 3); no retry is left of 1',
    ])
  })

  it('say that the exit code is none that is retried', () => {
    const run = started(planOf({ a: plannedContainerStep(retry({ maxRetries: 1, exitCodes: [4, 5] })) }))
    run.end('a', failed)
    expect(told(run, 'a')[1]).toBe(
      'failed | failed: exit code 1; not retried: the retry options name exit codes 4, 5 only',
    )
  })

  it('name the step that handled a failure, once', () => {
    const run = started(
      planOf({
        a: step(),
        b: step({ parents: ['a'], ...onFailureOf('a') }),
        c: step({ parents: ['b'], alsoWaitsFor: ['a'], ...onFailureOf('a') }),
      }),
    )
    run.end('a', failed)
    run.end('b', succeeded)
    run.end('c', succeeded)
    expect(told(run, 'a').slice(1)).toEqual(['failed | failed: exit code 1', 'handled | its failure is handled by "b"'])
  })

  it('tell of skips, of what was left out and of what was reused', () => {
    const run = started(
      planOf({
        a: step(),
        b: step(),
        c: step({ parents: ['a', 'b'], skip: { rule: 'skip' } }),
        d: step({ parents: ['c'], skip: { rule: 'skipDAG', of: 'd' } }),
      }),
      [
        { type: 'step.reused', step: 'a', outputs: {}, executionId: 'run-1' },
        { type: 'step.skipped', step: 'b', cause: 'not_selected', reason: 'not among stepsToRun' },
      ],
    )
    expect(told(run, 'a')).toEqual(['reused | reused: it succeeded in run run-1, and its outputs stand'])
    expect(told(run, 'b')).toEqual(['left_out | left out: not among stepsToRun'])
    expect(told(run, 'c')).toEqual(['waiting | waits for "a", "b"', 'skipped | skipped: skip is set'])
    expect(told(run, 'd')).toEqual(['skipped | skipped: skipDAG is set'])
  })

  it('say who stopped it, also instead of a retry', () => {
    const run = started(planOf({ a: step(retry({ maxRetries: 1 })), b: step({ parents: ['a'] }) }))
    run.record({ type: 'run.stopping', cause: 'user', by: 'ada@example.com', reason: 'stopped by ada@example.com' })
    run.advance()
    run.end('a', failed)
    expect(told(run, 'a').slice(1)).toEqual([
      'retried | attempt 1 failed: exit code 1; no other attempt, for the run is being stopped',
      'stopped | stopped: stopped by ada@example.com',
    ])
    expect(told(run, 'b')).toEqual(['waiting | waits for "a"', 'stopped | stopped: stopped by ada@example.com'])
  })
})

describe('the decisions about a run', () => {
  it('say who started it, or what', () => {
    const run = new RunInMemory(planOf({ a: step() }))
    expect(told(run, null)).toEqual(['created | started by ada@example.com'])
    expect(told(run, null, { trigger: 'schedule' })).toEqual(['created | started by the schedule of the workflow'])
    expect(told(run, null, { trigger: 'webhook' })).toEqual([
      'created | started by a call of the webhook of the workflow',
    ])
    expect(told(run, null, { trigger: 'retry', rerunOf: 'run-1' })).toEqual([
      'created | retry of run run-1, started by ada@example.com',
    ])
  })

  it('say behind which run it waits', () => {
    const run = new RunInMemory(planOf({ a: step() }))
    expect(told(run, null, { queuedBecause: 'behind run run-1' })).toEqual([
      'created | started by ada@example.com',
      'queued | waits for its turn: behind run run-1',
    ])
  })

  it('say who stopped it and how it ended', () => {
    const run = started(planOf({ a: step() }))
    run.record({ type: 'run.stopping', cause: 'user', by: 'ada@example.com', reason: 'stopped by ada@example.com' })
    run.end('a', { kind: 'stopped', reason: 'stopped by ada@example.com' })
    expect(told(run, null).slice(1)).toEqual([
      'stopping | stopped by ada@example.com: nothing starts any more, live steps are ended',
      'finished | stopped by ada@example.com',
    ])
  })

  it('say that its time was up', () => {
    const run = started(planOf({ a: step() }, { timeoutSeconds: 60 }))
    run.skipTime()
    run.end('a', succeeded)
    expect(told(run, null).slice(1)).toEqual([
      'timed_out | timed out after 60 s: nothing starts any more, live steps are ended',
      'finished | failed: timed out after 60 s',
    ])
  })
})

describe('the note on the outcome', () => {
  const noteOf = (run: RunInMemory) => explainRun(run.state.graph.plan, origin, run.log).outcomeNote

  it('is there once the run has ended', () => {
    const run = started(planOf({ a: step() }))
    expect(noteOf(run)).toBeNull()
    run.end('a', succeeded)
    expect(noteOf(run)).toBe('succeeded')
  })

  it('counts failures that were handled, skips and what was left out', () => {
    const run = started(
      planOf({
        a: step(),
        b: step(),
        notify: step({ parents: ['a', 'b'], ...onFailureOf('a', 'b') }),
        c: step({ parents: ['a'] }),
        d: step(),
      }),
      [{ type: 'step.skipped', step: 'd', cause: 'not_selected', reason: '' }],
    )
    run.end('a', failed)
    run.end('b', failed)
    run.end('notify', succeeded)
    expect(noteOf(run)).toBe('succeeded, 2 failures handled by "notify", 1 step skipped, 1 step left out')
  })

  it('counts the failures beside the first that nobody handled', () => {
    const run = started(planOf({ a: step(), b: step(), c: step() }))
    run.end('b', failed)
    run.end('a', failed)
    run.end('c', failed)
    expect(noteOf(run)).toBe('failed: step "b" failed: exit code 1, and 2 more failures')
  })
})
