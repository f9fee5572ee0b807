import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideTier, type ScaleTier, scaleTiers, type TierFacts } from '../../src/index.ts'

const settings = { freezeAfterMs: 300_000, sleepAfterMs: 900_000, scaleDownAfterMs: 60_000 }
const idle: TierFacts = {
  openRequests: 0,
  openTunnels: 0,
  liveSessions: 0,
  lastRequestAt: null,
  scaleToZero: true,
  isLeft: false,
  isDeploying: false,
  isUnsettled: false,
  isBroken: false,
  isAnswering: true,
}
const decide = (now: number, tier: ScaleTier, change: Partial<TierFacts> = {}, wakeFailure: string | null = null) =>
  decideTier(now, settings, { tier, since: 0, wakeFailure }, { ...idle, ...change })

describe('a service without requests', () => {
  test('is frozen after five minutes, counted from its last request or from when it was awake', () => {
    expect(decide(299_999, 'awake')).toEqual({ tier: 'awake', cause: null, lookAgainAt: 300_000 })
    expect(decide(300_000, 'awake')).toMatchObject({ tier: 'frozen', cause: 'no request for 300 s' })
    expect(decide(300_000, 'awake', { lastRequestAt: 100 })).toMatchObject({ tier: 'awake', lookAgainAt: 300_100 })
  })

  test('is looked at again when it could be frozen, also while something is open', () => {
    expect(decide(10, 'awake', { openRequests: 1 })).toMatchObject({ tier: 'awake', lookAgainAt: 300_010 })
  })

  test('is put to sleep after fifteen minutes, ten of them frozen', () => {
    expect(decide(599_999, 'frozen')).toMatchObject({ tier: 'frozen', lookAgainAt: 600_000 })
    expect(decide(600_000, 'frozen')).toMatchObject({ tier: 'asleep' })
  })

  test('is looked at again soon after the freeze, for requests that had begun', () => {
    expect(decide(0, 'frozen')).toMatchObject({ tier: 'frozen', lookAgainAt: 1_000 })
    expect(decide(10, 'frozen', { lastRequestAt: 5 })).toMatchObject({ tier: 'awake', cause: 'a request had begun' })
  })

  test('stays as it is when it does not scale to zero', () => {
    expect(decide(10 ** 9, 'awake', { scaleToZero: false })).toEqual({ tier: 'awake', cause: null, lookAgainAt: null })
    expect(decide(1, 'asleep', { scaleToZero: false })).toMatchObject({ tier: 'awake' })
  })
})

test.each([
  ['a deploy', { isDeploying: true }],
  ['a missing instance', { isUnsettled: true }],
  ['a broken instance', { isBroken: true }],
  ['an open request', { openRequests: 1 }],
  ['an open tunnel', { openTunnels: 1 }],
  ['a live session', { liveSessions: 1 }],
])('%s keeps a service awake, and ends a freeze', (_, change) => {
  expect(decide(10 ** 9, 'awake', change).tier).toBe('awake')
  expect(decide(10 ** 9, 'frozen', change).tier).toBe('awake')
})

describe('a wake', () => {
  test('is over when an instance answers', () => {
    expect(decide(1, 'waking')).toMatchObject({ tier: 'awake' })
    expect(decide(10 ** 9, 'waking', { isAnswering: false }).tier).toBe('waking')
  })

  test('that fails is given up when nobody asks any more', () => {
    const silent = { isAnswering: false, isBroken: true }
    expect(decide(899_999, 'waking', silent, 'it crashed')).toMatchObject({ tier: 'waking', lookAgainAt: 900_000 })
    expect(decide(900_000, 'waking', silent, 'it crashed')).toMatchObject({
      tier: 'asleep',
      cause: 'it could not be woken: it crashed',
    })
  })
})

const facts: fc.Arbitrary<TierFacts> = fc.record({
  openRequests: fc.nat(2),
  openTunnels: fc.nat(2),
  liveSessions: fc.nat(2),
  lastRequestAt: fc.option(fc.nat(2_000_000)),
  scaleToZero: fc.boolean(),
  isLeft: fc.boolean(),
  isDeploying: fc.boolean(),
  isUnsettled: fc.boolean(),
  isBroken: fc.boolean(),
  isAnswering: fc.boolean(),
})
const states = fc.record({
  tier: fc.constantFrom(...scaleTiers),
  since: fc.nat(1_000_000),
  wakeFailure: fc.option(fc.constant('it crashed')),
})

test('whatever is seen, nothing rests while it is used or changed, and only requests wake', () => {
  fc.assert(
    fc.property(states, facts, fc.nat(3_000_000), (state, seen, after) => {
      const now = state.since + after
      const { tier, cause, lookAgainAt } = decideTier(now, settings, state, seen)
      const isUsed = seen.openRequests + seen.openTunnels + seen.liveSessions > 0
      const isInUse = isUsed || seen.isDeploying || seen.isUnsettled || seen.isBroken || !seen.scaleToZero
      const isRecent = now - (seen.lastRequestAt ?? 0) < 300_000
      const broken = [
        tier === 'frozen' && isInUse ? 'frozen in use' : null,
        tier === 'frozen' && state.tier === 'awake' && isRecent ? 'frozen too soon' : null,
        tier === 'asleep' && state.tier === 'awake' ? 'asleep without a freeze' : null,
        tier === 'waking' && state.tier !== 'waking' ? 'woken by nobody' : null,
        tier !== 'awake' && seen.isLeft ? 'rests although others decide' : null,
        (cause !== null) === (tier === state.tier) ? 'changed without a cause' : null,
        lookAgainAt !== null && lookAgainAt <= now ? 'looks again in the past' : null,
      ]
      expect(broken.filter((law) => law !== null)).toEqual([])
    }),
  )
})

test('a service that nobody asks for comes to sleep by itself, and nothing else happens to it then', () => {
  let state: { tier: ScaleTier; since: number; wakeFailure: null } = { tier: 'awake', since: 7, wakeFailure: null }
  const seen: [ScaleTier, number][] = []
  for (let now: number | null = 7, pass = 0; now !== null && pass < 50; pass += 1) {
    const decision: ReturnType<typeof decideTier> = decideTier(now, settings, state, idle)
    if (decision.tier === state.tier) {
      now = decision.lookAgainAt
      continue
    }
    state = { tier: decision.tier, since: now, wakeFailure: null }
    seen.push([state.tier, now])
  }
  expect(seen).toEqual([
    ['frozen', 300_007],
    ['asleep', 900_007],
  ])
})
