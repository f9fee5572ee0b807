import { planOf, plannedHttpStep as step } from '@cairn/testkit'
import { describe, expect, it } from 'vitest'
import { decide, graphOf, newRunState, nextDueAt, type RunEvent } from '../../src/index.ts'
import { RunInMemory, failed, succeeded } from './run-in-memory.ts'

const retry = { maxRetries: 3, delaySeconds: 100, exponentialBackoff: false, exitCodes: null }
const stop: RunEvent = {
  type: 'run.stopping',
  cause: 'user',
  by: 'ada@example.com',
  reason: 'stopped by ada@example.com',
}
const stopped = { kind: 'stopped', reason: 'stopped by ada@example.com' } as const

describe('a run that is stopped', () => {
  it('stops what waits at once, also below live steps, and ends when the live ones have', () => {
    const run = new RunInMemory(
      planOf({ a: step(), b: step(), c: step({ parents: ['a'] }), d: step({ parents: ['c'] }) }),
    )
    run.advance()
    run.record(stop)
    run.advance()
    expect([run.told('c'), run.told('d')]).toEqual([
      'stopped: stopped by ada@example.com',
      'stopped: stopped by ada@example.com',
    ])
    expect(run.live()).toEqual(['a', 'b'])
    run.end('a', stopped)
    expect(run.outcome()).toBeNull()
    run.end('b', stopped)
    expect(run.outcome()).toBe('stopped: stopped by ada@example.com')
  })

  it('starts no retry: a step that waits for one and a step that fails meanwhile are stopped', () => {
    const run = new RunInMemory(planOf({ a: step({ retry }), b: step({ retry }) }))
    run.advance()
    run.end('a', failed)
    run.record(stop)
    run.advance()
    expect(run.told('a')).toBe('stopped: stopped by ada@example.com')
    run.end('b', failed)
    expect(run.outcome()).toBe('stopped: stopped by ada@example.com')
    expect(run.log.filter(({ event }) => event.type === 'attempt.started')).toHaveLength(2)
  })

  it('stops a step whose container is lost meanwhile', () => {
    const run = new RunInMemory(planOf({ a: step() }))
    run.advance()
    run.record(stop)
    run.end('a', { kind: 'lost', reason: 'its container vanished' })
    expect(run.told('a')).toBe('stopped: stopped by ada@example.com')
  })

  it('succeeds all the same when nothing was left to stop, and fails when a step fails', () => {
    for (const [result, outcome] of [
      [succeeded, 'success'],
      [failed, 'failed: step "a" failed: exit code 1'],
    ] as const) {
      const run = new RunInMemory(planOf({ a: step() }))
      run.advance()
      run.record(stop)
      run.end('a', result)
      expect(run.outcome()).toBe(outcome)
    }
  })

  it('ends at once when nothing had started', () => {
    const run = new RunInMemory(planOf({ a: step(), b: step({ parents: ['a'] }) }), [stop])
    run.advance()
    expect(run.outcome()).toBe('stopped: stopped by ada@example.com')
    expect(run.log.map(({ event }) => event.type)).toEqual([
      'run.stopping',
      'step.stopped',
      'step.stopped',
      'run.finished',
    ])
  })

  it('keeps the first cause', () => {
    const run = new RunInMemory(planOf({ a: step() }))
    run.advance()
    run.record(stop)
    run.record({ type: 'run.stopping', cause: 'timeout', by: null, reason: 'timed out after 1 s' })
    run.end('a', stopped)
    expect(run.outcome()).toBe('stopped: stopped by ada@example.com')
  })

  it('refuses a log in which something starts after the stop', () => {
    const run = new RunInMemory(planOf({ a: step() }), [stop])
    expect(() => run.record({ type: 'attempt.started', step: 'a', attempt: 1 })).toThrow('while the run is stopping')
  })
})

describe('a run with a time limit', () => {
  const plan = planOf({ a: step({ retry }), b: step(), c: step({ parents: ['b'] }) }, { timeoutSeconds: 60 })

  it('is asked again at the end of its time, counted from the first attempt', () => {
    const run = new RunInMemory(plan)
    expect(nextDueAt(newRunState(graphOf(plan)))).toBe(0)
    run.now = 5000
    run.advance()
    expect(nextDueAt(run.state)).toBe(65_000)
    run.end('a', failed)
    expect(nextDueAt(run.state)).toBe(65_000)
    expect(decide(run.state, 64_999)).toEqual([])
    expect(decide(run.state, 65_000)).toEqual([
      { type: 'run.stopping', cause: 'timeout', by: null, reason: 'timed out after 60 s' },
    ])
  })

  it('stops what waits and fails once the live steps have ended, whatever they did', () => {
    const run = new RunInMemory(plan)
    run.advance()
    run.end('a', failed)
    run.now = 60_000
    run.advance()
    expect([run.told('a'), run.told('c')]).toEqual([
      'stopped: the run timed out after 60 s',
      'stopped: the run timed out after 60 s',
    ])
    expect(nextDueAt(run.state)).toBeNull()
    run.end('b', succeeded)
    expect(run.outcome()).toBe('failed: timed out after 60 s')
  })

  it('does not time out before it has started, nor when its last step ended in time', () => {
    const waiting = newRunState(graphOf(planOf({ a: step() }, { timeoutSeconds: 1 })))
    expect(decide(waiting, 10_000).map(({ type }) => type)).toEqual(['attempt.started'])
    const run = new RunInMemory(planOf({ a: step() }, { timeoutSeconds: 1 }))
    run.advance()
    run.now = 5000
    run.end('a', succeeded)
    expect(run.outcome()).toBe('success')
  })
})
