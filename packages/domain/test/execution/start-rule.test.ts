import { planOf, plannedHttpStep as step } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import type { PlannedConditions, PlannedStep, RunEvent } from '../../src/index.ts'
import { RunInMemory, failed } from './run-in-memory.ts'

const equals = (value: string) => ({ condition: 'equals', step: 'a', output: 'x', value }) as const
const when = (conditions: Partial<PlannedConditions>) => ({
  conditions: { parameters: [], statuses: [], ...conditions },
})
const waiting = (fields: Partial<PlannedStep>) =>
  planOf({ a: step(), b: step(), c: step({ alsoWaitsFor: ['a', 'b'], ...when({}), ...fields } as object) })

describe('the reason of a step that does not start', () => {
  it.each([
    ['the value that was seen', equals('0.9'), { x: '0.7' }, 'condition "a.x equals 0.9" does not hold: it is "0.7"'],
    [
      'that there is no value',
      { ...equals('0.9'), condition: 'not-equals' },
      {},
      'condition "a.x not-equals 0.9" does not hold: step "a" left no output parameter "x"',
    ],
    ['a value of many lines', equals('1'), { x: '1\n2' }, 'condition "a.x equals 1" does not hold: it is "1\\n2"'],
    [
      'the beginning of long values',
      equals('y'.repeat(3000)),
      { x: 'z'.repeat(200) },
      `condition "a.x equals ${'y'.repeat(100)}… (3000 characters)" does not hold: it is "${'z'.repeat(100)}… (200 characters)"`,
    ],
  ] as const)('names %s', (_title, condition, outputs, reason) => {
    const run = new RunInMemory(waiting(when({ parameters: [condition] })))
    run.advance()
    run.end('a', { kind: 'succeeded', outputs })
    run.end('b', { kind: 'succeeded', outputs: {} })
    expect(run.told('c')).toBe(`skipped: ${reason}`)
  })

  it('names each step that a status condition looks at, and how it ended', () => {
    const run = new RunInMemory(
      waiting(when({ statuses: [{ condition: 'all-of', steps: ['a', 'b'], statuses: ['success'] }] })),
    )
    run.advance()
    run.end('a', failed)
    run.end('b', { kind: 'succeeded', outputs: {} })
    expect(run.told('c')).toBe(
      'skipped: condition "all-of a, b: success" does not hold: step "a" failed, step "b" succeeded',
    )
  })

  it('names some of many steps', () => {
    const names = Array.from({ length: 8 }, (_, index) => `s${index}`)
    const run = new RunInMemory(
      planOf({
        ...Object.fromEntries(names.map((name) => [name, step()])),
        c: step({
          alsoWaitsFor: names,
          ...when({ statuses: [{ condition: 'one-of', steps: names, statuses: ['failure'] }] }),
        }),
      }),
    )
    run.advance()
    for (const name of names) run.end(name, { kind: 'succeeded', outputs: {} })
    expect(run.told('c')).toMatch(/"one-of s0, s1, s2, s3, s4 and 3 more: failure" .* step "s4" succeeded and 3 more$/)
  })
})

describe('skipDAG', () => {
  it('skips the step and all below it at once, before anything else has ended', () => {
    const run = new RunInMemory(
      planOf({
        a: step(),
        b: step({ parents: ['a'], skip: { rule: 'skipDAG', of: 'b' } }),
        c: step({ parents: ['b', 'a'], skip: { rule: 'skipDAG', of: 'b' } }),
      }),
    )
    run.advance()
    expect([run.told('b'), run.told('c')]).toEqual([
      'skipped: skipDAG is set',
      'skipped: skipDAG is set on step "b", which this one depends on',
    ])
    expect(run.live()).toEqual(['a'])
    run.end('a', failed)
    expect(run.outcome()).toBe('failed: step "a" failed: exit code 1')
  })
})

describe('skip', () => {
  it('lets the children go on in their turn, after the parents of the skipped step', () => {
    const run = new RunInMemory(
      planOf({ a: step(), b: step({ parents: ['a'], skip: { rule: 'skip' } }), c: step({ parents: ['b'] }) }),
    )
    run.advance()
    expect([run.told('b'), run.told('c')]).toEqual(['waiting', 'waiting'])
    run.end('a', { kind: 'succeeded', outputs: {} })
    expect([run.told('b'), run.told('c')]).toEqual(['skipped: skip is set', 'started'])
  })

  it('hides no failure above it', () => {
    const run = new RunInMemory(
      planOf({ a: step(), b: step({ parents: ['a'], skip: { rule: 'skip' } }), c: step({ parents: ['b'] }) }),
    )
    run.advance()
    run.end('a', failed)
    expect([run.told('b'), run.told('c')]).toEqual(['skipped: parent "a" failed', 'skipped: parent "b" was skipped'])
  })
})

describe('a step that a partial run leaves out', () => {
  const leftOut: RunEvent = { type: 'step.skipped', step: 'a', cause: 'not_selected', reason: 'left out' }

  it.each<[string, Partial<PlannedConditions>]>([
    ['no condition', {}],
    ['a condition on its output', { parameters: [equals('1')] }],
    [
      'a condition that wants its failure',
      { statuses: [{ condition: 'all-of', steps: ['a'], statuses: ['failure'] }] },
    ],
  ])('is in the way of no step with %s', (_title, conditions) => {
    const run = new RunInMemory(planOf({ a: step(), c: step({ parents: ['a'], ...when(conditions) }) }), [leftOut])
    run.advance()
    expect(run.told('c')).toBe('started')
  })

  it('does not answer for the other steps of a condition', () => {
    const all = { condition: 'all-of', steps: ['a', 'b'], statuses: ['success'] } as const
    const run = new RunInMemory(waiting(when({ statuses: [all] })), [leftOut])
    run.advance()
    run.end('b', failed)
    expect(run.told('c')).toMatch(/^skipped: condition "all-of a, b: success" does not hold/)
  })
})
