import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { revisionTransitions, type ServiceState } from '../../src/index.ts'
import { ServiceWorld } from './service-world.ts'

type Happening =
  | { readonly kind: 'pass'; readonly waitMs: number }
  | {
      readonly kind:
        | 'sicken'
        | 'heal'
        | 'crash'
        | 'vanish'
        | 'half-made'
        | 'update'
        | 'delete'
        | 'forget-memory'
        | 'stop'
    }
  | { readonly kind: 'want'; readonly instances: number }

const happenings: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), waitMs: fc.nat(40_000) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), waitMs: fc.nat(400) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('sicken', 'heal', 'crash', 'vanish', 'half-made', 'update', 'forget-memory', 'stop'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('want' as const), instances: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const) }) },
)
const starts = fc.constantFrom(
  'healthy' as const,
  'healthy' as const,
  'sick' as const,
  { reason: 'no room', permanent: false },
  { reason: 'no image', permanent: true },
)

function happen(world: ServiceWorld, happening: Happening): void {
  if (world.state === null) return
  const containers = [...world.containers.values()]
  const [name] = world.containers.keys()
  switch (happening.kind) {
    case 'pass': {
      world.now += happening.waitMs
      world.pass()
      break
    }
    case 'sicken':
    case 'heal':
      for (const container of containers) container.healthy = happening.kind === 'heal'
      break
    case 'crash':
      world.exit(world.state.activeRevision ?? 1, 1)
      break
    case 'vanish':
      if (name !== undefined) world.containers.delete(name)
      break
    case 'half-made':
      for (const container of containers)
        container.observed = { ...container.observed, phase: 'created', address: null }
      break
    case 'update':
      if (world.state.status !== 'DELETING') world.update()
      break
    case 'stop':
      world.stop()
      break
    case 'want':
      world.want(happening.instances)
      break
    case 'delete':
      world.delete()
      break
    case 'forget-memory':
      world.lastCheckAt.clear()
      world.startFailures.clear()
      break
  }
}

function brokenLaws(before: ServiceState, after: ServiceState): string[] {
  const broken: string[] = []
  if (after.revisions.filter((revision) => revision.status === 'active').length > 1) broken.push('two are active')
  for (const old of before.revisions) {
    const next = after.revisions.find((revision) => revision.revision === old.revision)
    if (next === undefined || next.status === old.status) continue
    const allowed: readonly string[] = revisionTransitions[old.status]
    if (!allowed.includes(next.status)) broken.push(`${old.status} became ${next.status}`)
  }
  const serving = after.instances.filter((i) => i.revision === after.activeRevision && i.status !== 'stopping')
  const isSameActive = after.activeRevision === before.activeRevision
  const wasReady = before.instances.some((i) => i.revision === before.activeRevision && i.status === 'ready')
  const isWanted = after.wanted > 0 && after.status !== 'DELETING'
  if (isSameActive && wasReady && serving.length === 0 && isWanted) broken.push('nothing serves')
  if (!isSameActive && (serving.length === 0 || serving.some((instance) => instance.status !== 'ready'))) {
    broken.push('activated before it was ready')
  }
  return broken
}

function worldAfter(events: readonly Happening[]): ServiceWorld {
  const world = new ServiceWorld()
  for (const event of events) happen(world, event)
  return world
}

describe('whatever the engine shows', () => {
  test('terminal stays terminal, at most one revision is active, the old one serves until the new one is ready', () => {
    const laws = fc.property(
      fc.array(happenings, { maxLength: 60 }),
      fc.array(starts, { minLength: 1 }),
      (events, outcomes) => {
        const world = new ServiceWorld()
        let started = 0
        world.onStart = () => outcomes[started++ % outcomes.length] ?? 'healthy'
        for (const event of events) {
          if (world.state === null) break
          const before = world.state
          happen(world, event)
          expect(world.state === null ? [] : brokenLaws(before, world.state)).toEqual([])
          const rests = event.kind === 'pass' && world.state !== null && world.state.stoppedBy !== null
          const kept = rests ? (world.state?.instances ?? []).filter((i) => i.status !== 'stopping') : []
          expect(kept).toEqual([])
        }
      },
    )
    expect(() => fc.assert(laws, { numRuns: 400 })).not.toThrow()
  })

  test('a pass acts, asks to be called again, or has nothing left to do', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 40 }), (events) => {
        const world = worldAfter(events)
        const asksAgain = world.state === null || world.pass().requeueAfterMs !== null
        const isAtRest = world.state?.wanted === 0 || world.state?.status === 'CREATE_FAILED'
        const isOver = world.state === null || (isAtRest && world.containers.size === 0)
        expect(asksAgain || isOver).toBe(true)
      }),
    )
  })

  test('once the world is well again the newest revision serves, alone, with the wanted instances, and nothing else is left', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 40 }), fc.integer({ min: 1, max: 3 }), (events, wanted) => {
        const world = worldAfter(events)
        fc.pre(world.state !== null && world.state.status !== 'DELETING')
        world.onStart = () => 'healthy'
        world.want(wanted)
        world.update()
        for (const container of world.containers.values()) container.healthy = true
        world.run(200_000)
        const state = world.record()
        expect(state).toMatchObject({ status: 'AVAILABLE', statusReason: null, activeRevision: state.generation })
        const ready = { revision: state.generation, status: 'ready' }
        expect(state.instances).toMatchObject(Array.from({ length: wanted }, () => ready))
        expect(world.containers.size).toBe(wanted)
      }),
    )
  })

  test('a deleted service goes, with all its containers', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 40 }), (events) => {
        const world = worldAfter(events)
        if (world.state !== null) world.delete()
        world.run(1_000)
        expect(world.state).toBeNull()
        expect(world.containers.size).toBe(0)
      }),
    )
  })
})
