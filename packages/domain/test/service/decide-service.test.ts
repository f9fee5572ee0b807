import { describe, expect, test } from 'vitest'
import { serviceTiming as timing } from '../../src/index.ts'
import { aSpec, ServiceWorld } from './service-world.ts'

function deployed(wanted = 1): ServiceWorld {
  const world = new ServiceWorld(aSpec(), wanted)
  world.run(5_000)
  expect(world.record().status).toBe('AVAILABLE')
  return world
}

describe('a new service', () => {
  test('is available once its first health check passes', () => {
    const world = deployed()
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null, activeRevision: 1 })
    expect(world.revision(1).status).toBe('active')
    expect(world.live(1)).toMatchObject([{ status: 'ready', port: 40_000 }])
  })

  test('starts its container in the pass that records it', () => {
    const decision = new ServiceWorld().pass()
    expect(decision.writes.map((write) => write.kind)).toEqual(['add-instance'])
    expect(decision.effects.map((effect) => effect.kind)).toEqual(['start'])
  })

  test('is looked at every 250 ms at first, then every 2 s', () => {
    const world = new ServiceWorld()
    world.onStart = () => 'sick'
    world.pass()
    world.now += 100
    expect(world.pass().requeueAfterMs).toBe(timing.earlyCheckMs)
    world.run(6_000)
    world.now = (world.lastCheckAt.values().next().value ?? 0) + timing.startingCheckMs
    expect(world.pass().requeueAfterMs).toBe(timing.startingCheckMs)
  })

  test('fails with the exit code and the last log lines when its container exits', () => {
    const world = new ServiceWorld()
    world.onStart = () => 'sick'
    world.run(1_000)
    world.exit(1, 3, 'importing', 'no module named app')
    world.run(1_000)
    expect(world.record()).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'the container exited with code 3\nlast log lines:\n  importing\n  no module named app',
      instances: [],
    })
    expect(world.containers.size).toBe(0)
  })

  test('fails when it is not healthy within 120 s, and says what the health check saw', () => {
    const world = new ServiceWorld()
    world.onStart = () => 'sick'
    world.run(119_000)
    expect(world.record()).toMatchObject({ status: 'CREATING', statusReason: 'GET /health: 500' })
    world.run(5_000)
    expect(world.record()).toMatchObject({
      status: 'CREATE_FAILED',
      statusReason: 'not healthy within 120 s: GET /health: 500',
    })
    expect(world.containers.size).toBe(0)
    expect(world.pass().requeueAfterMs).toBeNull()
  })

  test('fails at once when the engine refuses for good', () => {
    const world = new ServiceWorld()
    world.onStart = () => ({ reason: 'image is not on the engine', permanent: true })
    world.run(5_000)
    expect(world.record()).toMatchObject({ status: 'CREATE_FAILED', statusReason: 'image is not on the engine' })
  })

  test('keeps trying what the engine refuses for now, and says so', () => {
    const world = new ServiceWorld()
    world.onStart = () => ({ reason: 'no room', permanent: false })
    world.run(10_000)
    expect(world.record()).toMatchObject({ status: 'CREATING', statusReason: 'no room' })
    world.onStart = () => 'healthy'
    world.run(10_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null })
  })

  test('that failed is created by an update', () => {
    const world = new ServiceWorld()
    world.onStart = (revision) => (revision === 1 ? { reason: 'no image', permanent: true } : 'healthy')
    world.run(5_000)
    world.update()
    world.run(5_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null, activeRevision: 2 })
    expect(world.revision(1).status).toBe('failed')
  })
})

describe('a frozen instance', () => {
  test('of a service that serves is thawed and stays as it is meanwhile', () => {
    const world = deployed()
    const [instance] = world.live(1)
    world.setPhase(instance?.name ?? '', 'frozen')
    expect(world.pass().effects).toEqual([{ kind: 'thaw', name: instance?.name }])
    expect(world.live(1)).toEqual([instance])
    world.run(60_000)
    expect(world.containersOf(1)).toMatchObject([{ observed: { phase: 'running' } }])
    expect(world.live(1)).toEqual([instance])
  })

  test('that is to go gets its grace time', () => {
    const world = deployed()
    const [instance] = world.live(1)
    world.setPhase(instance?.name ?? '', 'frozen')
    world.delete()
    const graceMs = timing.stopGraceMs
    expect(world.pass().effects).toEqual([{ kind: 'remove', name: instance?.name, graceMs }])
  })
})

describe('a redeploy', () => {
  test('serves from the old revision until the new one is healthy, drains it, then removes it', () => {
    const world = deployed()
    world.onStart = () => 'sick'
    world.update()
    world.run(5_000)
    expect(world.record()).toMatchObject({ status: 'DEPLOYING', activeRevision: 1 })
    expect(world.live(1)).toMatchObject([{ status: 'ready' }])
    for (const container of world.containersOf(2)) container.healthy = true
    world.run(2_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', activeRevision: 2 })
    expect(world.revision(1).status).toBe('draining')
    expect(world.containersOf(1)).toHaveLength(1)
    world.run(timing.leastDrainMs + 1_000)
    expect(world.revision(1).status).toBe('removed')
    expect(world.containersOf(1)).toHaveLength(0)
    expect(world.containersOf(2)).toHaveLength(1)
  })

  test('that fails leaves the old revision serving and says why', () => {
    const world = deployed()
    world.onStart = () => 'sick'
    world.update()
    world.run(1_000)
    world.exit(2, 1, 'boom')
    world.run(2_000)
    expect(world.record()).toMatchObject({
      status: 'AVAILABLE',
      statusReason:
        'revision 2 could not be deployed and revision 1 keeps serving: the container exited with code 1\nlast log line:\n  boom',
      activeRevision: 1,
    })
    expect(world.live(1)).toMatchObject([{ status: 'ready' }])
    expect(world.containersOf(2)).toHaveLength(0)
  })

  test('overtaken by another one removes what it had started', () => {
    const world = deployed()
    world.onStart = (revision) => (revision === 2 ? 'sick' : 'healthy')
    world.update()
    world.run(1_000)
    world.update()
    world.run(5_000)
    expect(world.revision(2)).toMatchObject({ status: 'removed' })
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', activeRevision: 3 })
    expect(world.containersOf(2)).toHaveLength(0)
  })

  test('does not replace an instance that ends while it drains', () => {
    const world = deployed()
    world.update()
    world.run(5_000)
    world.exit(1, 0)
    world.run(timing.leastDrainMs)
    expect(world.starts).toHaveLength(2)
  })
})

describe('an instance that ends', () => {
  test('is replaced at once under another name, and the reason is shown until the new one is ready', () => {
    const world = deployed()
    const [first] = world.live(1)
    world.onStart = () => 'sick'
    world.exit(1, 137, 'last words')
    world.pass()
    const [second] = world.live(1)
    expect(second?.name).not.toBe(first?.name)
    expect(world.record()).toMatchObject({
      status: 'AVAILABLE',
      statusReason: 'restarting: the container exited with code 137\nlast log line:\n  last words',
    })
    world.run(3_000)
    for (const container of world.containersOf(1)) container.healthy = true
    world.run(3_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null })
    expect(world.containers.size).toBe(1)
  })

  test('again and again is started with growing pauses and called a crash loop', () => {
    const world = deployed()
    for (let crash = 0; crash < 4; crash += 1) {
      world.exit(1, 1)
      world.pass()
      world.now = Math.max(world.now + 100, world.live(1)[0]?.startAfter ?? 0)
      world.pass()
      world.now += 100
    }
    const [instance] = world.live(1)
    expect(instance).toMatchObject({ crashes: 4, restart: 4 })
    expect((instance?.startAfter ?? 0) - (instance?.createdAt ?? 0)).toBe(4_000)
    expect(world.record().statusReason).toMatch(
      /^crash loop: 4 instances in a row ended early, restart 4 is at 1970-\S+Z: the container exited with code 1$/,
    )
    world.run(5_000)
    expect(world.live(1)).toMatchObject([{ status: 'ready' }])
    expect(world.record().statusReason).toMatch(
      /^crash loop: 4 instances in a row ended early, the next one serves since 1970-\S+Z: the container exited with code 1$/,
    )
    world.run(timing.stableAfterMs + timing.steadyCheckMs)
    expect(world.record().statusReason).toBeNull()
  })

  test('after a long good life does not count as part of a crash loop', () => {
    const world = deployed()
    for (let crash = 0; crash < 5; crash += 1) {
      world.run(timing.stableAfterMs + 15_000)
      world.exit(1, 1)
      world.run(5_000)
    }
    expect(world.live(1)).toMatchObject([{ status: 'ready', crashes: 1, restart: 5 }])
  })

  test('because somebody deleted its container is replaced', () => {
    const world = deployed()
    world.containers.clear()
    world.run(15_000)
    expect(world.live(1)).toMatchObject([{ status: 'ready', restart: 1 }])
  })
})

describe('a ready instance that fails its health checks', () => {
  test('leaves the rotation after three and is replaced after six', () => {
    const world = deployed()
    for (const container of world.containersOf(1)) container.healthy = false
    world.onStart = () => 'sick'
    world.run(20_000)
    expect(world.live(1)).toMatchObject([{ status: 'ready' }])
    world.run(10_000)
    expect(world.live(1)).toMatchObject([{ status: 'unready', restart: 0 }])
    expect(world.record().statusReason).toBe('out of rotation after 3 failed health checks: GET /health: 500')
    world.run(31_000)
    expect(world.live(1)).toMatchObject([{ restart: 1 }])
    expect(world.record().statusReason).toBe('restarting: 6 health checks in a row failed: GET /health: 500')
  })

  test('comes back with one success', () => {
    const world = deployed()
    for (const container of world.containersOf(1)) container.healthy = false
    world.run(40_000)
    for (const container of world.containersOf(1)) container.healthy = true
    world.run(10_000)
    expect(world.live(1)).toMatchObject([{ status: 'ready', failures: 0, restart: 0 }])
    expect(world.record().statusReason).toBeNull()
  })
})

describe('a deleted service', () => {
  test('is gone after its containers are', () => {
    const world = deployed()
    world.update()
    world.run(2_000)
    world.delete()
    const decision = world.pass()
    expect(world.record().status).toBe('DELETING')
    expect(decision.effects.map((effect) => effect.kind)).toEqual(['remove', 'remove'])
    world.run(1_000)
    expect(world.state).toBeNull()
  })

  test('that never started anything is gone at once', () => {
    const world = new ServiceWorld()
    world.delete()
    world.pass()
    expect(world.state).toBeNull()
  })
})

test('a service of two instances is available when both are ready, and replaces only the one that ends', () => {
  const world = deployed(2)
  expect(world.live(1)).toMatchObject([{ ordinal: 0 }, { ordinal: 1 }])
  const [first] = world.live(1)
  const container = world.containers.get(first?.name ?? '')
  if (container !== undefined) container.observed = { ...container.observed, phase: 'exited', exit: null }
  world.run(5_000)
  expect(world.live(1)).toMatchObject([
    { ordinal: 1, restart: 1 },
    { ordinal: 0, restart: 2 },
  ])
})

describe('the number of wanted instances', () => {
  test('grows and shrinks without a new revision', () => {
    const world = deployed()
    world.want(3)
    world.run(5_000)
    expect(world.live(1)).toMatchObject([{ status: 'ready' }, { status: 'ready' }, { status: 'ready' }])
    world.want(1)
    world.run(timing.leastDrainMs + 1_000)
    expect(world.live(1)).toMatchObject([{ ordinal: 0, restart: 0 }])
    expect(world.containers.size).toBe(1)
  })

  test('0 lets a service sleep, which stays available and says why it has no instance', () => {
    const world = deployed()
    world.want(0)
    world.run(5_000)
    expect(world.containers.size).toBe(0)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: expect.stringMatching(/^asleep/) })
    world.want(1)
    world.run(5_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null })
    expect(world.live(1)).toMatchObject([{ status: 'ready', ordinal: 0, restart: 1, crashes: 0 }])
  })

  test('0 does not keep a new revision from being checked before it is taken', () => {
    const world = deployed()
    world.want(0)
    world.run(5_000)
    world.update()
    world.pass()
    expect(world.record().status).toBe('DEPLOYING')
    expect(world.containersOf(2)).toHaveLength(1)
    world.run(60_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', activeRevision: 2 })
    expect(world.containers.size).toBe(0)
  })
})

describe('a service that users stop', () => {
  test('loses all its instances, those that drain too, and says who stopped it', () => {
    const world = deployed()
    world.update()
    world.run(3_000)
    world.stop()
    world.run(1_000)
    expect(world.containers.size).toBe(0)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: 'stopped by ada@example.com' })
    expect(world.pass().requeueAfterMs).toBeNull()
    world.want(2)
    world.run(3_000)
    expect(world.live(2)).toMatchObject([{ status: 'ready' }, { status: 'ready' }])
    expect(world.record().statusReason).toBeNull()
  })

  test('is changed when it is started', () => {
    const world = deployed()
    world.stop()
    world.run(1_000)
    world.update()
    world.run(1_000)
    expect(world.containers.size).toBe(0)
    expect(world.record()).toMatchObject({
      status: 'AVAILABLE',
      statusReason: 'stopped by ada@example.com; revision 2 is deployed when it is started',
      activeRevision: 1,
    })
    world.want(1)
    world.run(3_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', statusReason: null, activeRevision: 2 })
  })

  test('before it was ever ready goes on when it is started', () => {
    const world = new ServiceWorld()
    world.onStart = () => 'sick'
    world.run(1_000)
    world.stop()
    world.run(1_000)
    expect(world.containers.size).toBe(0)
    expect(world.record()).toMatchObject({ status: 'CREATING', statusReason: expect.stringMatching(/^stopped by ada/) })
    world.onStart = () => 'healthy'
    world.want(1)
    world.run(3_000)
    expect(world.record()).toMatchObject({ status: 'AVAILABLE', activeRevision: 1 })
  })
})
