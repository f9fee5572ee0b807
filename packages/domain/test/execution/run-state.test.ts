import { planOf, plannedContainerStep } from '@cairn/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  applyEvent,
  type AttemptResult,
  concludeAttempt,
  decide,
  describeRun,
  foldRun,
  graphOf,
  mostLosses,
  newRunState,
  type PlannedRetry,
  type RecordedRunEvent,
  RunHistoryError,
  type RunPlan,
  type RunState,
} from '../../src/index.ts'
import { httpStep, noRetry, randomPlan } from './random-plan.ts'
import { RunInMemory } from './run-in-memory.ts'

interface Choice {
  readonly which: number
  readonly result: 'succeeded' | 'failed' | 'lost'
}

const choices = fc.infiniteStream(
  fc.record({
    which: fc.nat(1000),
    result: fc.oneof(
      { weight: 5, arbitrary: fc.constant('succeeded' as const) },
      fc.constantFrom('failed' as const, 'lost' as const),
    ),
  }),
)

function toResult(kind: Choice['result']): AttemptResult {
  if (kind === 'succeeded') return { kind, outputs: { o: '1' } }
  return kind === 'failed' ? { kind, reason: 'exit code 1', exitCode: 1 } : { kind, reason: 'vanished' }
}

/** Plays a run to its end: a live attempt after the other ends as chosen, in any order. */
function play(plan: RunPlan, stream: Iterator<Choice>): readonly RecordedRunEvent[] {
  const run = new RunInMemory(plan)
  run.advance()
  for (let turns = 0; run.state.finished === null; turns += 1) {
    if (turns > 10_000) throw new Error('the run never ends')
    const live = run.live()
    const choice = stream.next().value as Choice
    const picked = live[choice.which % Math.max(live.length, 1)]
    if (picked === undefined) run.skipTime()
    else run.end(picked, toResult(choice.result))
  }
  return run.log
}

const terminal = new Set(['step.succeeded', 'step.failed', 'step.skipped', 'step.stopped'])

const byText = (a: string, b: string) => (a < b ? -1 : 1)

function startsBeforeParents(plan: RunPlan, log: readonly RecordedRunEvent[]): RecordedRunEvent[] {
  const ended = new Set<string>()
  const early: RecordedRunEvent[] = []
  for (const recorded of log) {
    const { event } = recorded
    if (event.type === 'run.finished' || event.type === 'run.stopping') continue
    const parents = plan.steps[event.step]?.parents ?? []
    if (event.type === 'attempt.started' && parents.some((parent) => !ended.has(parent))) early.push(recorded)
    if (terminal.has(event.type)) ended.add(event.step)
  }
  return early
}

describe('a run', () => {
  it('always ends, each step once and after its parents, whatever the attempts do', () => {
    fc.assert(
      fc.property(randomPlan, choices, (plan, stream) => {
        const log = play(plan, stream)
        const ends = log
          .filter(({ event }) => terminal.has(event.type))
          .flatMap(({ event }) => ('step' in event ? [event.step] : []))
        expect(ends.toSorted(byText)).toEqual(Object.keys(plan.steps).toSorted(byText))
        expect(startsBeforeParents(plan, log)).toEqual([])
        expect(log.filter(({ event }) => event.type === 'run.finished')).toHaveLength(1)
        expect(log.at(-1)?.event.type).toBe('run.finished')
      }),
    )
  })

  it('has the same state when its log is folded anew, at any point', () => {
    fc.assert(
      fc.property(randomPlan, choices, fc.double({ min: 0, max: 1, noNaN: true }), (plan, stream, share) => {
        const log = play(plan, stream)
        const cut = Math.floor(log.length * share)
        const graph = graphOf(plan)
        const stepwise = foldRun(graph, log.slice(0, cut))
        for (const recorded of log.slice(cut)) applyEvent(stepwise, recorded)
        expect(visible(stepwise)).toEqual(visible(foldRun(graph, log)))
      }),
    )
  })

  it('fails if and only if a step failed, and skips exactly the steps below an unsuccessful one', () => {
    fc.assert(
      fc.property(randomPlan, choices, (plan, stream) => {
        const run = describeRun(plan, play(plan, stream))
        const status = new Map(run.steps.map((step) => [step.name, step.status]))
        expect(run.status).toBe([...status.values()].includes('Failed') ? 'failed' : 'success')
        for (const step of run.steps) {
          const allSucceeded = step.planned.parents.every((parent) => status.get(parent) === 'Success')
          expect(step.status === 'Skipped').toBe(!allSucceeded)
        }
      }),
    )
  })

  it('decides nothing twice: what is due is gone once it is recorded', () => {
    const state = newRunState(graphOf(planOf({ a: httpStep([]), b: httpStep([]) })))
    const due = decide(state, 0)
    expect(due).toHaveLength(2)
    due.forEach((event, index) => applyEvent(state, { sequence: index + 1, at: 0, event }))
    expect(decide(state, 0)).toEqual([])
  })

  it('costs a transition no more in a large run than in a small one', () => {
    const wide = (count: number) =>
      planOf(
        Object.fromEntries(
          Array.from({ length: count }, (_, index) => [`s${index}`, httpStep(index === 0 ? [] : [`s${index - 1}`])]),
        ),
      )
    const touched = (count: number) => {
      let reads = 0
      const state = newRunState(graphOf(wide(count)))
      const counting: RunState = {
        ...state,
        steps: new Proxy(state.steps, {
          get: (target, key) => {
            reads += 1
            const value: unknown = Reflect.get(target, key)
            return typeof value === 'function' ? value.bind(target) : value
          },
        }),
      }
      applyEvent(counting, { sequence: 1, at: 0, event: { type: 'attempt.started', step: 's0', attempt: 1 } })
      applyEvent(counting, { sequence: 2, at: 0, event: { type: 'step.succeeded', step: 's0', outputs: {} } })
      decide(counting, 0)
      return reads
    }
    expect(touched(1000)).toBe(touched(10))
  })
})

function visible(state: RunState) {
  return {
    ...state,
    graph: null,
    steps: [...state.steps],
    ready: [...state.ready].toSorted(byText),
  }
}

describe('applyEvent', () => {
  const plan = planOf({ a: httpStep([]), b: httpStep(['a']) })
  const start = { type: 'attempt.started', step: 'a', attempt: 1 } as const
  const end = { type: 'step.succeeded', step: 'a', outputs: {} } as const
  it.each([
    ['a step that the plan does not have', [{ ...start, step: 'x' }]],
    ['a start before the parents ended', [{ ...start, step: 'b' }]],
    ['a second start of an attempt', [start, start]],
    ['a second outcome', [start, end, end]],
    ['anything after the end', [{ type: 'run.finished', status: 'failed', reason: null }, start]],
    [
      'a failed attempt that is not live',
      [{ type: 'attempt.failed', step: 'a', attempt: 1, cause: 'lost', reason: '', exitCode: null, retryAt: 0 }],
    ],
  ] as const)('refuses %s', (_title, events) => {
    const log = events.map((event, index) => ({ sequence: index + 1, at: 0, event }))
    expect(() => foldRun(graphOf(plan), log)).toThrow(RunHistoryError)
  })

  it('refuses a gap in the log', () => {
    expect(() => foldRun(graphOf(plan), [{ sequence: 2, at: 0, event: start }])).toThrow('follows 0')
  })
})

describe('concludeAttempt', () => {
  const withRetry = (retry: Partial<PlannedRetry>) => {
    const state = newRunState(graphOf(planOf({ a: plannedContainerStep({ retry: { ...noRetry, ...retry } }) })))
    applyEvent(state, { sequence: 1, at: 0, event: { type: 'attempt.started', step: 'a', attempt: 1 } })
    return state
  }
  const failed = { kind: 'failed', reason: 'exit code 3', exitCode: 3 } as const
  const attempt = { step: 'a', attempt: 1 }

  it('waits longer with each retry when the policy says so', () => {
    const state = withRetry({ maxRetries: 3, delaySeconds: 2, exponentialBackoff: true })
    const delays: number[] = []
    for (let number = 1; number <= 3; number += 1) {
      const event = concludeAttempt(state, { step: 'a', attempt: number }, failed, 0)
      if (event?.type !== 'attempt.failed') throw new Error('no retry')
      delays.push(event.retryAt)
      applyEvent(state, { sequence: state.sequence + 1, at: 0, event })
      applyEvent(state, {
        sequence: state.sequence + 1,
        at: 0,
        event: { type: 'attempt.started', step: 'a', attempt: number + 1 },
      })
    }
    expect(delays).toEqual([2000, 4000, 8000])
    expect(concludeAttempt(state, { step: 'a', attempt: 4 }, failed, 0)).toEqual({
      type: 'step.failed',
      step: 'a',
      reason: 'exit code 3 (attempt 4)',
      exitCode: 3,
    })
  })

  it('retries only the exit codes that the policy names', () => {
    expect(concludeAttempt(withRetry({ maxRetries: 1, exitCodes: [4] }), attempt, failed, 0)?.type).toBe('step.failed')
    expect(concludeAttempt(withRetry({ maxRetries: 1, exitCodes: [3] }), attempt, failed, 0)?.type).toBe(
      'attempt.failed',
    )
  })

  it('never repeats what every attempt would end with', () => {
    const refused = { kind: 'refused', reason: 'HTTP 404' } as const
    expect(concludeAttempt(withRetry({ maxRetries: 5 }), attempt, refused, 0)).toEqual({
      type: 'step.failed',
      step: 'a',
      reason: 'HTTP 404',
      exitCode: null,
    })
  })

  it('starts lost attempts again without a policy, but not for ever', () => {
    const state = withRetry({})
    for (let number = 1; number <= mostLosses; number += 1) {
      const event = concludeAttempt(state, { step: 'a', attempt: number }, { kind: 'lost', reason: 'gone' }, 0)
      if (event === null) throw new Error('no event')
      expect(event.type).toBe('attempt.failed')
      applyEvent(state, { sequence: state.sequence + 1, at: 0, event })
      applyEvent(state, {
        sequence: state.sequence + 1,
        at: 0,
        event: { type: 'attempt.started', step: 'a', attempt: number + 1 },
      })
    }
    const last = concludeAttempt(state, { step: 'a', attempt: mostLosses + 1 }, { kind: 'lost', reason: 'gone' }, 0)
    expect(last?.type).toBe('step.failed')
  })

  it('ignores a result that comes late', () => {
    expect(concludeAttempt(withRetry({}), { step: 'a', attempt: 2 }, failed, 0)).toBeNull()
  })
})
