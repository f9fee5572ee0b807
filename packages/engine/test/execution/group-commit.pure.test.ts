import type { RunFlush } from '@cairn/store'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GroupCommit, type GroupCommitOptions } from '../../src/execution/group-commit.ts'

type Answer = (flush: RunFlush) => Promise<'flushed' | 'fenced'>

function start(answer: Answer, options: Partial<GroupCommitOptions<string>> = {}) {
  const seen = {
    durable: [] as string[],
    refused: [] as string[],
    flushes: [] as RunFlush[],
    fenced: 0,
    underWay: 0,
    mostUnderWay: 0,
  }
  const sequences = new Map<string, number>()
  const commit = new GroupCommit<string>({
    lanes: 2,
    mostEvents: 100,
    flush: async (flush) => {
      seen.flushes.push(flush)
      seen.underWay += 1
      seen.mostUnderWay = Math.max(seen.mostUnderWay, seen.underWay)
      try {
        return await answer(flush)
      } finally {
        seen.underWay -= 1
      }
    },
    onDurable: (run, writes) => seen.durable.push(...writes.events.map(({ sequence }) => `${run}${sequence}`)),
    onRefused: (run) => seen.refused.push(run),
    onFenced: () => {
      seen.fenced += 1
    },
    onTrouble: () => undefined,
    signal: new AbortController().signal,
    ...options,
  })
  const say = (run: string) => {
    const sequence = (sequences.get(run) ?? 0) + 1
    sequences.set(run, sequence)
    commit.writesOf(run).events.push({
      executionId: run,
      sequence,
      at: 0,
      event: { type: 'attempt.started', step: 's', attempt: sequence },
    })
  }
  return { commit, seen, say }
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const refusal = () => Promise.reject(Object.assign(new Error('duplicate key'), { code: '23505' }))

describe('GroupCommit', () => {
  it('makes every event durable once, those of a run in order, whatever the timing', async () => {
    const steps = fc.array(fc.record({ run: fc.constantFrom('a', 'b', 'c', 'd'), wait: fc.nat(3) }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat(3)), async (script, delays) => {
        const { commit, seen, say } = start(async () => {
          for (let left = delays.next().value as number; left > 0; left -= 1) await turn()
          return 'flushed'
        })
        for (const { run, wait } of script) {
          say(run)
          for (let left = wait; left > 0; left -= 1) await turn()
        }
        await commit.drained()
        for (const run of ['a', 'b', 'c', 'd']) {
          const count = script.filter((step) => step.run === run).length
          const expected = Array.from({ length: count }, (_, index) => `${run}${index + 1}`)
          expect(seen.durable.filter((name) => name.startsWith(run))).toEqual(expected)
        }
        expect(seen.mostUnderWay).toBeLessThanOrEqual(2)
      }),
      { numRuns: 50 },
    )
  })

  it('takes together what was said while it was busy', async () => {
    const { commit, seen, say } = start(async () => {
      await turn()
      return 'flushed'
    })
    for (let index = 0; index < 50; index += 1) say(`run-${index}-`)
    await commit.drained()
    expect(seen.flushes).toHaveLength(1)
  })

  it('takes the one run out whose data the database refuses', async () => {
    const { commit, seen, say } = start((flush) =>
      flush.events.some(({ executionId }) => executionId === 'bad') ? refusal() : Promise.resolve('flushed'),
    )
    for (const run of ['a', 'b', 'bad', 'c', 'd', 'e']) say(run)
    await commit.drained()
    expect(seen.refused).toEqual(['bad'])
    expect(seen.durable).toEqual(['a1', 'b1', 'c1', 'd1', 'e1'])
  })

  it('repeats a flush whose outcome is unknown, and says that it does', async () => {
    let failures = 2
    const { commit, seen, say } = start(() => {
      failures -= 1
      return failures >= 0 ? Promise.reject(new Error('connection lost')) : Promise.resolve('flushed')
    })
    say('a')
    await commit.drained()
    expect(seen.flushes.map(({ repeated }) => repeated)).toEqual([false, true, true])
    expect(seen.durable).toEqual(['a1'])
  })

  it('follows nothing up when it is fenced', async () => {
    const { commit, seen, say } = start(() => Promise.resolve('fenced'))
    say('a')
    await commit.drained()
    expect(seen.fenced).toBe(1)
    expect(seen.durable).toEqual([])
  })
})
