import { planOf, plannedHttpStep } from '@cairn/testkit'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  graphOf,
  leftOutOf,
  type RecordedRunEvent,
  type RunEvent,
  type RunPlan,
  seedsOfRetry,
} from '../../src/index.ts'

const step = (parents: readonly string[] = [], alsoWaitsFor: readonly string[] = []) =>
  plannedHttpStep({ parents, alsoWaitsFor })

/** a → b → d, a → c, and e, which only asks how c ended. */
const diamond = planOf({
  a: step(),
  b: step(['a']),
  c: step(['a']),
  d: step(['b']),
  e: step([], ['c']),
})

const leftOut = (plan: RunPlan, ...selection: { stepName: string; runDAG?: boolean }[]) =>
  leftOutOf(graphOf(plan), selection)

describe('a partial run', () => {
  it('leaves out what was not chosen', () => {
    expect(leftOut(diamond, { stepName: 'b' })).toEqual({ kind: 'left_out', steps: ['a', 'c', 'd', 'e'] })
  })

  it('takes what depends on a step with it, through conditions too', () => {
    expect(leftOut(diamond, { stepName: 'c', runDAG: true })).toEqual({ kind: 'left_out', steps: ['a', 'b', 'd'] })
    expect(leftOut(diamond, { stepName: 'a', runDAG: true })).toEqual({ kind: 'left_out', steps: [] })
  })

  it('adds up its choices, whatever their order', () => {
    const both = [{ stepName: 'b', runDAG: true }, { stepName: 'b' }, { stepName: 'e' }]
    expect(leftOut(diamond, ...both)).toEqual({ kind: 'left_out', steps: ['a', 'c'] })
    expect(leftOut(diamond, ...both.toReversed())).toEqual({ kind: 'left_out', steps: ['a', 'c'] })
  })

  it('is a whole run when nothing is chosen', () => {
    expect(leftOut(diamond)).toEqual({ kind: 'left_out', steps: [] })
  })

  it('names a step that the workflow does not have', () => {
    expect(leftOut(diamond, { stepName: 'a' }, { stepName: 'x' })).toEqual({
      kind: 'invalid',
      errors: [{ field: 'stepsToRun.1.stepName', rule: 'the workflow has no step "x"' }],
    })
  })
})

const history = (...events: readonly RunEvent[]): RecordedRunEvent[] =>
  events.map((event, index) => ({ sequence: index + 1, at: index, event }))
const ran = (name: string): RunEvent[] => [
  { type: 'attempt.started', step: name, attempt: 1 },
  { type: 'step.succeeded', step: name, outputs: { o: name } },
]
const failed = (name: string): RunEvent[] => [
  { type: 'attempt.started', step: name, attempt: 1 },
  { type: 'step.failed', step: name, reason: 'exit code 1', exitCode: 1 },
]
const skipped = (name: string): RunEvent => ({
  type: 'step.skipped',
  step: name,
  cause: 'parent',
  reason: 'parent failed',
})
const reused = (name: string, executionId = 'old'): RunEvent => ({
  type: 'step.reused',
  step: name,
  outputs: { o: name },
  executionId,
})
const retry = (plan: RunPlan, from: 'failed' | 'start', ...events: readonly RunEvent[]) =>
  seedsOfRetry({ executionId: 'old', graph: graphOf(plan), events: history(...events) }, from)

describe('a retry from what failed', () => {
  it('reuses what succeeded, with its outputs', () => {
    const seeds = retry(diamond, 'failed', ...ran('a'), ...failed('b'), ...ran('c'), skipped('d'), ...ran('e'))
    expect(seeds).toEqual({ kind: 'seeds', events: [reused('a'), reused('c'), reused('e')] })
  })

  it('decides anew on what ran because of a step that runs again', () => {
    const seeds = retry(diamond, 'failed', ...ran('a'), ...ran('b'), ...failed('c'), ...ran('d'), ...ran('e'))
    expect(seeds).toEqual({ kind: 'seeds', events: [reused('a'), reused('b'), reused('d')] })
  })

  it('runs what was stopped again', () => {
    const stopped: RunEvent = { type: 'step.stopped', step: 'e', reason: 'stopped' }
    const seeds = retry(diamond, 'failed', ...ran('a'), ...ran('b'), ...ran('c'), ...ran('d'), stopped)
    expect(seeds).toMatchObject({ kind: 'seeds', events: [reused('a'), reused('b'), reused('c'), reused('d')] })
  })

  it('names the run in which a step ran, over any number of retries, and keeps out what was left out', () => {
    const out: RunEvent = { type: 'step.skipped', step: 'e', cause: 'not_selected', reason: 'left out' }
    const seeds = retry(diamond, 'failed', out, reused('a', 'oldest'), ...ran('b'), ...ran('c'), ...failed('d'))
    expect(seeds).toEqual({
      kind: 'seeds',
      events: [{ ...out, reason: 'left out of this partial run' }, reused('a', 'oldest'), reused('b'), reused('c')],
    })
  })

  it('is refused when nothing failed or was stopped, and when the history cannot be read', () => {
    const plan = planOf({ a: step() })
    expect(retry(plan, 'failed', ...ran('a'))).toMatchObject({
      kind: 'refused',
      reason: 'none of its steps failed or was stopped; retry it from the start',
    })
    expect(retry(plan, 'failed', ...ran('x'))).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('history'),
    })
  })
})

describe('a retry from the start', () => {
  it('keeps nothing but what was left out', () => {
    const out: RunEvent = { type: 'step.skipped', step: 'e', cause: 'not_selected', reason: 'left out' }
    expect(retry(diamond, 'start', out, ...ran('a'), ...failed('b'))).toEqual({
      kind: 'seeds',
      events: [{ ...out, reason: 'left out of this partial run' }],
    })
  })
})

it('never reuses a step that waits for one that runs again', () => {
  const dags = fc.array(fc.array(fc.nat(9), { maxLength: 3 }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(dags, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }), (parents, ends) => {
      const nameOf = (index: number) => `s${index}`
      const plan = planOf(
        Object.fromEntries(
          parents.map((of, index) => [nameOf(index), step([...new Set(of.filter((p) => p < index).map(nameOf))])]),
        ),
      )
      const events = parents.flatMap((_, index) => (ends[index] === true ? ran : failed)(nameOf(index)))
      const seeds = retry(plan, 'failed', ...events)
      const kept = new Set(
        seeds.kind === 'seeds' ? seeds.events.flatMap((event) => ('step' in event ? [event.step] : [])) : [],
      )
      for (const name of kept) {
        for (const parent of plan.steps[name]?.parents ?? []) expect(kept).toContain(parent)
      }
    }),
  )
})
