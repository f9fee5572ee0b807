import { planOf, plannedContainerStep as container, plannedHttpStep as http } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import { type PlannedConditions, type PlannedStep, startsNext } from '../../src/index.ts'
import { failed, RunInMemory, succeeded } from './run-in-memory.ts'

const child = (fields: Partial<PlannedStep>) => container({ command: 'true', ...fields } as object)
const when = (conditions: Partial<PlannedConditions>, alsoWaitsFor: readonly string[] = ['a', 'b']) => ({
  alsoWaitsFor,
  conditions: { parameters: [], statuses: [], ...conditions },
})

/** Steps `a` and `b` without parents, and what the test adds. */
function begin(steps: Record<string, PlannedStep>): RunInMemory {
  const run = new RunInMemory(planOf({ a: child({}), b: child({}), ...steps }))
  run.advance()
  return run
}

function running(run: RunInMemory, ...names: string[]): RunInMemory {
  for (const step of names) run.record({ type: 'attempt.running', step, attempt: 1 })
  return run
}

describe('a step starts next', () => {
  it('when all that it waits for runs, or has ended well', () => {
    const run = begin({ c: child({ parents: ['a', 'b'] }) })
    expect(startsNext(run.state, 'c')).toBe(false)
    running(run, 'a')
    expect(startsNext(run.state, 'c')).toBe(false)
    run.end('b', succeeded)
    expect(startsNext(run.state, 'c')).toBe(true)
  })

  it('beside a request that has been sent', () => {
    const run = begin({ h: http(), c: child({ parents: ['h'] }) })
    expect(startsNext(run.state, 'c')).toBe(true)
  })

  it('and not once it has started, or ended', () => {
    const run = running(begin({ c: child({ parents: ['a'] }) }), 'a')
    run.end('a', succeeded)
    expect(run.told('c')).toBe('started')
    expect(startsNext(run.state, 'c')).toBe(false)
    run.end('c', failed)
    expect(startsNext(run.state, 'c')).toBe(false)
  })

  it('and not when it waits for its second attempt', () => {
    const retry = { maxRetries: 1, delaySeconds: 60, exponentialBackoff: false, exitCodes: null }
    const run = running(begin({ c: child({ retry }) }), 'c')
    run.end('c', failed)
    expect(run.told('c')).toBe('waiting: exit code 1')
    expect(startsNext(run.state, 'c')).toBe(false)
  })

  it('and not in a run that is stopping', () => {
    const run = running(begin({ c: child({ parents: ['a'] }) }), 'a')
    run.record({ type: 'run.stopping', cause: 'user', by: 'ada@example.com', reason: 'stopped' })
    expect(startsNext(run.state, 'c')).toBe(false)
  })

  it('and not when it is told to be skipped', () => {
    const run = running(begin({ c: child({ parents: ['a'], skip: { rule: 'skip' } }) }), 'a')
    expect(startsNext(run.state, 'c')).toBe(false)
  })

  it('and not far from its start', () => {
    const names = Array.from({ length: 33 }, (_, index) => `p${index}`)
    const parents = Object.fromEntries(names.map((name) => [name, child({})]))
    const run = running(begin({ ...parents, c: child({ parents: names }) }), ...names)
    expect(startsNext(run.state, 'c')).toBe(false)
    run.end('p0', succeeded)
    expect(startsNext(run.state, 'c')).toBe(true)
  })
})

describe('a step does not start next once what has ended speaks against it', () => {
  it.each([
    ['a parent that failed', child({ parents: ['a', 'b'] }), false],
    [
      'a success that was asked for',
      child(when({ statuses: [{ condition: 'all-of', steps: ['a', 'b'], statuses: ['success'] }] })),
      false,
    ],
    [
      'one success of two: the other may',
      child(when({ statuses: [{ condition: 'one-of', steps: ['a', 'b'], statuses: ['success'] }] })),
      true,
    ],
    [
      'a failure that was asked for, with another to come',
      child(when({ statuses: [{ condition: 'all-of', steps: ['a', 'b'], statuses: ['failure'] }] })),
      false,
    ],
    [
      'one failure of two, which is there',
      child(when({ statuses: [{ condition: 'one-of', steps: ['a', 'b'], statuses: ['failure'] }] })),
      true,
    ],
    [
      'either end',
      child(when({ statuses: [{ condition: 'all-of', steps: ['a', 'b'], statuses: ['success', 'failure'] }] })),
      true,
    ],
    [
      'a value that it did not leave',
      child(when({ parameters: [{ condition: 'equals', step: 'a', output: 'x', value: '1' }] })),
      false,
    ],
    [
      'a value that the other may leave',
      child(when({ parameters: [{ condition: 'equals', step: 'b', output: 'x', value: '1' }] })),
      true,
    ],
  ] as const)('%s', (_title, c, expected) => {
    const run = running(begin({ c }), 'a', 'b')
    run.end('a', failed)
    expect(startsNext(run.state, 'c')).toBe(expected)
  })

  it('a value that was left', () => {
    const parameters = [{ condition: 'equals', step: 'a', output: 'x', value: '1' }] as const
    const one = running(begin({ c: child(when({ parameters })) }), 'a', 'b')
    one.end('a', { kind: 'succeeded', outputs: { x: '1' } })
    expect(startsNext(one.state, 'c')).toBe(true)
    const two = running(begin({ c: child(when({ parameters })) }), 'a', 'b')
    two.end('a', { kind: 'succeeded', outputs: { x: '2' } })
    expect(startsNext(two.state, 'c')).toBe(false)
  })
})
