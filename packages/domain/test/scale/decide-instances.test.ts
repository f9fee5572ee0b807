import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decideInstances, type InstanceLoad, type LoadSample, wakesService } from '../../src/index.ts'

const settings = { scaleDownAfterMs: 60_000 }
const bounds = { minInstances: 1, maxInstances: 5, targetConcurrency: 10 }
const loadOf = (...open: number[]): InstanceLoad[] =>
  open.map((openRequests, ordinal) => ({ ordinal, openRequests, openTunnels: 0, liveSessions: 0 }))

/** Decides every 2 s on a load that changes with time; answers the instances after each decision. */
function follow(seconds: number, loadAt: (second: number, current: number) => readonly InstanceLoad[]): number[] {
  const counts: number[] = []
  let samples: readonly LoadSample[] = []
  let current = 1
  for (let second = 0; second <= seconds; second += 2) {
    const load = { current, instances: loadAt(second, current), samples }
    const decision = decideInstances(second * 1000, settings, bounds, load)
    current = decision.instances
    samples = decision.samples
    counts.push(current)
  }
  return counts
}

describe('instances by load', () => {
  test('are more at once, up to the most', () => {
    expect(follow(4, (second) => loadOf(second === 0 ? 0 : 31))).toEqual([1, 4, 4])
    expect(follow(2, () => loadOf(400))).toEqual([5, 5])
  })

  test('are fewer only when fewer sufficed for a whole window', () => {
    const counts = follow(140, (second) => (second <= 10 ? loadOf(25) : loadOf(5)))
    expect(counts[Math.floor(68 / 2)]).toBe(3)
    expect(counts[Math.floor(76 / 2)]).toBe(1)
  })

  test('do not follow a load that swings within the window', () => {
    const counts = follow(200, (second) => loadOf(second % 20 < 10 ? 45 : 0))
    expect(new Set(counts.slice(1))).toEqual(new Set([5]))
  })

  test('that have something open or a session are kept, with those below them', () => {
    const session = { ordinal: 2, openRequests: 0, openTunnels: 0, liveSessions: 1 }
    const samples = [{ at: 0, instances: 1 }]
    const load = { current: 4, instances: [...loadOf(0, 0), session], samples }
    expect(decideInstances(100_000, settings, bounds, load).instances).toBe(3)
  })

  test('are as many as there were while a new process does not know better', () => {
    const load = { current: 4, instances: loadOf(0), samples: [] }
    expect(decideInstances(0, settings, bounds, load).instances).toBe(4)
  })
})

test('whatever the load, the count stays within its bounds, but for what is in use', () => {
  const loads = fc.array(fc.array(fc.nat(40), { maxLength: 6 }), { maxLength: 60 })
  fc.assert(
    fc.property(loads, (all) => {
      let samples: readonly LoadSample[] = []
      let current = 1
      for (const [index, open] of all.entries()) {
        const total = open.reduce((sum, each) => sum + each, 0)
        const before = current
        const load = { current, instances: loadOf(...open), samples }
        const decision = decideInstances(index * 700, settings, bounds, load)
        current = decision.instances
        samples = decision.samples
        expect(current).toBeGreaterThanOrEqual(Math.min(5, Math.ceil(total / 10)))
        expect(current).toBeGreaterThanOrEqual(1)
        expect(current).toBeLessThanOrEqual(5)
        expect(current < before && index * 700 < 60_000).toBe(false)
        expect(samples.length).toBeLessThanOrEqual(122)
      }
    }),
  )
})

test.each([
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36', true],
  ['curl/8.5.0', true],
  ['python-requests/2.32', true],
  ['', true],
  ['kube-probe/1.31', false],
  ['Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', false],
  ['UptimeRobot/2.0', false],
  ['ELB-HealthChecker/2.0', false],
])('a request of %s wakes a service: %s', (agent, wakes) => {
  expect(wakesService({ 'user-agent': agent })).toBe(wakes)
})

test('a page that a browser fetches ahead wakes nothing', () => {
  expect(wakesService({ 'user-agent': 'Mozilla/5.0', 'sec-purpose': 'prefetch;prerender' })).toBe(false)
})
