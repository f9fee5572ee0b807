import { describe, expect, test } from 'vitest'
import { type InstanceEvidence, serviceTiming as timing } from '../../src/index.ts'
import { aSpec, ServiceWorld } from './service-world.ts'

const noEvidence: InstanceEvidence = { checks: 64, logLines: [], listening: null }

/** The reason of a service that is never healthy, given what was found out. */
function reasonOf(evidence: Partial<InstanceEvidence>): string | null {
  const world = new ServiceWorld(aSpec({ port: 8080 }))
  world.onStart = () => 'sick'
  world.run(1_000)
  world.evidence.set(world.live(1)[0]?.name ?? '', { ...noEvidence, ...evidence })
  world.run(timing.startDeadlineMs + 5_000)
  expect(world.record().status).toBe('CREATE_FAILED')
  return world.record().statusReason
}

const tried = 'not healthy within 120 s, 64 checks of its port 8080; the last one: GET /health: 500'

describe('a deploy that never answers its health check', () => {
  test('is told with what was tried, how often and for how long, and the last log lines', () => {
    expect(reasonOf({ logLines: ['loading', 'loaded'] })).toBe(`${tried}\nlast log lines:\n  loading\n  loaded`)
  })

  test('is told long before the end when it listens elsewhere, until another check looks closer', () => {
    const world = new ServiceWorld(aSpec({ port: 8080 }))
    world.onStart = () => 'sick'
    world.run(1_000)
    const [instance] = world.live(1)
    const name = instance?.name ?? ''
    world.evidence.set(name, { ...noEvidence, listening: [] })
    world.run(8_000)
    const hinted = 'GET /health: 500\nnothing in the container listens on any port; the app has to listen on 8080'
    expect(world.record()).toMatchObject({ status: 'CREATING', statusReason: hinted })
    world.evidence.delete(name)
    world.run(8_000)
    expect(world.record().statusReason).toBe(hinted)
    world.evidence.set(name, { ...noEvidence, listening: [{ port: 8080, isLoopbackOnly: false }] })
    world.run(4_000)
    expect(world.record().statusReason).toBe('GET /health: 500')
  })

  test('on its port says no more about ports', () => {
    expect(reasonOf({ listening: [{ port: 8080, isLoopbackOnly: false }] })).toBe(tried)
  })

  test.each<[string, InstanceEvidence['listening'], RegExp]>([
    [
      'on another port',
      [{ port: 5000, isLoopbackOnly: false }],
      /\nthe app listens on port 5000 and not on port 8080: /,
    ],
    [
      'on another port for itself',
      [{ port: 5000, isLoopbackOnly: true }],
      /\nthe app listens on 127\.0\.0\.1:5000 and not /,
    ],
    [
      'for itself',
      [{ port: 8080, isLoopbackOnly: true }],
      /\nthe app listens on port 8080 for .* let it listen on 0\.0\.0\.0$/,
    ],
    ['nowhere', [], /\nnothing in the container listens on any port; the app has to listen on 8080$/],
  ])('because it listens %s says so', (_where, listening, words) => {
    expect(reasonOf({ listening })).toMatch(words)
  })

  test.each([
    [' * Running on http://127.0.0.1:5000', 5000],
    ['Uvicorn running on http://0.0.0.0:8000 (Press CTRL+C to quit)', 8000],
    ['Server listening on port 3000', 3000],
  ])('is told with the port in its log where nothing else can tell: %s', (line, port) => {
    expect(reasonOf({ logLines: ['hello 99', line] })).toContain(`\nits log speaks of port ${port}: `)
  })

  test.each(['Listening on 8080', 'listening at http://[::]:8080', 'started at 12:30', 'took 4000 ms'])(
    'is told without a port when its log names none other: %s',
    (line) => {
      expect(reasonOf({ logLines: [line] })).not.toContain('its log speaks of')
    },
  )
})

test('an instance that runs out of memory is told with how much it had, also in a crash loop', () => {
  const world = new ServiceWorld()
  world.run(5_000)
  for (let crash = 0; crash < 3; crash += 1) {
    for (const container of world.containersOf(1)) {
      const exit = { code: 137, reason: 'oom' as const, detail: null, logLines: ['allocating'] }
      container.observed = { ...container.observed, phase: 'exited', exit }
    }
    world.pass()
    world.now = Math.max(world.now + 100, world.live(1)[0]?.startAfter ?? 0)
    world.pass()
    world.now += 100
  }
  expect(world.record().statusReason).toMatch(
    /^crash loop: 3 instances in a row ended early, restart 3 is at \S+Z: the container ran out of its memory of 512 MiB and was killed\nlast log line:\n {2}allocating$/,
  )
})
