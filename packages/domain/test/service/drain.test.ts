import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OpenTraffic, serviceTiming as timing } from '../../src/index.ts'
import { aSpec, ServiceWorld } from './service-world.ts'

const nothing: OpenTraffic = { openRequests: 0, openTunnels: 0, liveSessions: 0 }

function deployed(wanted = 1): ServiceWorld {
  const world = new ServiceWorld(aSpec(), wanted)
  world.run(5_000)
  expect(world.record().status).toBe('AVAILABLE')
  return world
}

/** Something is open on the first revision, which is then replaced. */
function replacedWith(open: Partial<OpenTraffic>, cause: 'updated' | 'rolled-back' | 'restarted' = 'updated') {
  const world = deployed()
  const [old] = world.live(1)
  world.open.set(old?.name ?? '', { ...nothing, ...open })
  world.update(aSpec(), cause)
  while (world.record().activeRevision !== 2) world.run(250)
  return { world, name: old?.name ?? '', replacedAt: world.live(1)[0]?.drainingSince ?? 0 }
}

/** Milliseconds from the switch to the end of the replaced instance, to the second. */
function drainedFor({ world, replacedAt }: ReturnType<typeof replacedWith>): number {
  while (world.containersOf(1).length > 0) world.run(500)
  return Math.floor((world.now - replacedAt) / 1_000) * 1_000
}

describe('an instance that is replaced', () => {
  test.each([
    ['nothing', {}, timing.leastDrainMs],
    ['a request that does not end', { openRequests: 1 }, timing.drainRequestsMs],
    ['a WebSocket', { openTunnels: 1 }, timing.drainSessionsMs],
    ['a live session', { liveSessions: 1 }, timing.drainSessionsMs],
    ['requests and sessions', { openRequests: 1, liveSessions: 1 }, timing.drainSessionsMs],
  ])('with %s open stays for %o at the most', (_what, open, longestMs) => {
    expect(drainedFor(replacedWith(open))).toBe(longestMs)
  })

  test('is looked at again at once when it begins to drain, for what is open on it', () => {
    const world = deployed()
    world.update(aSpec(), 'updated')
    const next = (): number | null => {
      const { requeueAfterMs } = world.pass()
      if (world.live(1)[0]?.drainingSince !== null) return requeueAfterMs
      world.now += Math.max(1, requeueAfterMs ?? 1)
      return next()
    }
    expect(next()).toBe(0)
  })

  test('stays as long as the service says', () => {
    const drains = replacedWith({ openTunnels: 1 })
    drains.world.state = { ...drains.world.record(), longestDrainMs: 90_000 }
    expect(drainedFor(drains)).toBe(90_000)
  })

  test('ends 10 s after the last WebSocket was seen, and says until then why it is there', () => {
    const { world, name } = replacedWith({ openTunnels: 1 })
    world.run(600_000)
    expect(world.revision(1)).toMatchObject({
      status: 'draining',
      reason: expect.stringMatching(/^replaced; it stays for its open WebSockets until \S+Z at the latest$/),
    })
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null })
    world.open.delete(name)
    world.run(timing.leastDrainMs - 1_000)
    expect(world.revision(1)).toMatchObject({ status: 'draining', reason: null })
    expect(world.containersOf(1)).toHaveLength(1)
    world.run(timing.drainLookMs + 1_500)
    expect(world.containersOf(1)).toHaveLength(0)
    expect(world.revision(1)).toMatchObject({ status: 'removed', reason: 'replaced by a newer revision' })
  })

  test('stays on a rollback too', () => {
    expect(drainedFor(replacedWith({ liveSessions: 2 }, 'rolled-back'))).toBe(timing.drainSessionsMs)
  })

  test('by a restart waits for requests, not for sessions', () => {
    expect(drainedFor(replacedWith({ openTunnels: 1, liveSessions: 1 }, 'restarted'))).toBe(timing.leastDrainMs)
    expect(drainedFor(replacedWith({ openRequests: 1, liveSessions: 1 }, 'restarted'))).toBe(timing.drainRequestsMs)
  })

  test('keeps its place in the drain when several deploys follow', () => {
    const drains = replacedWith({ openTunnels: 1 })
    drains.world.run(60_000)
    drains.world.update()
    drains.world.run(60_000)
    expect(drains.world.record().activeRevision).toBe(3)
    expect(drainedFor(drains)).toBe(timing.drainSessionsMs)
  })

  test('ends at once when the service is stopped, or deleted', () => {
    const stopped = replacedWith({ openTunnels: 1 }).world
    stopped.stop()
    stopped.run(1_000)
    expect(stopped.containers.size).toBe(0)
    const deleted = replacedWith({ openTunnels: 1 }).world
    deleted.delete()
    deleted.run(1_000)
    expect(deleted.state).toBeNull()
  })

  test('goes when it is sick, and is not replaced', () => {
    const { world } = replacedWith({ openTunnels: 1 })
    for (const container of world.containersOf(1)) container.healthy = false
    world.run(timing.steadyCheckMs * (timing.failuresUntilReplaced + 1))
    expect(world.containersOf(1)).toHaveLength(0)
    expect(world.starts).toHaveLength(2)
  })
})

describe('an instance that scaling drops', () => {
  test('drains, and is taken back when it is wanted again', () => {
    const world = deployed(2)
    const dropped = world.live(1).find((instance) => instance.ordinal === 1)
    world.open.set(dropped?.name ?? '', { ...nothing, openTunnels: 1 })
    world.want(1)
    world.run(60_000)
    expect(world.live(1)).toMatchObject([{ drainingSince: null }, { name: dropped?.name, status: 'ready' }])
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null })
    world.want(2)
    world.run(1_000)
    expect(world.live(1)).toMatchObject([{ drainingSince: null }, { name: dropped?.name, drainingSince: null }])
    expect(world.starts).toHaveLength(2)
    world.open.clear()
    world.want(1)
    world.run(timing.leastDrainMs + 1_000)
    expect(world.containers.size).toBe(1)
  })

  test('ends at once when the service sleeps', () => {
    const world = deployed(2)
    world.want(0)
    world.run(1_000)
    expect(world.containers.size).toBe(0)
  })
})

test('whatever is open and whenever it ends, a replaced instance ends in time, and not while it may still stay', () => {
  const openings = fc.array(
    fc.record({
      forMs: fc.integer({ min: 0, max: 1_200_000 }),
      openRequests: fc.nat(1),
      openTunnels: fc.nat(1),
      liveSessions: fc.nat(1),
    }),
    { maxLength: 6 },
  )
  const longest = fc.option(fc.integer({ min: timing.leastDrainMs, max: 2_000_000 }))
  const causes = fc.constantFrom('updated' as const, 'restarted' as const)
  fc.assert(
    fc.property(openings, longest, causes, (opened, longestDrainMs, cause) => {
      const { world, name, replacedAt } = replacedWith({ liveSessions: 1 }, cause)
      world.state = { ...world.record(), longestDrainMs }
      const isThere = (): boolean => world.containersOf(1).length > 0
      for (const { forMs, ...open } of opened) {
        world.open.set(name, open)
        const wasThere = isThere()
        world.run(forMs)
        const isSession = cause === 'updated' && open.openTunnels + open.liveSessions > 0
        const kindMs = isSession ? timing.drainSessionsMs : timing.drainRequestsMs
        const endsAt = replacedAt + (longestDrainMs ?? kindMs)
        const isHeld = isSession || open.openRequests > 0
        const must = isHeld && wasThere && world.now < endsAt - 1_000
        const may = !isHeld || world.now <= endsAt + timing.drainLookMs || forMs <= timing.leastDrainMs
        expect({ isThere: isThere(), must, may }).not.toMatchObject({ isThere: false, must: true })
        expect({ isThere: isThere(), must, may }).not.toMatchObject({ isThere: true, may: false })
      }
      world.open.delete(name)
      world.run(timing.leastDrainMs + timing.drainLookMs + 1_000)
      expect(isThere()).toBe(false)
      expect(world.containersOf(2)).toHaveLength(1)
    }),
    { numRuns: 60 },
  )
})
