import { createManualClock, eventually, silentLogger } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { InstanceCounters } from '../src/traffic/instance-counters.ts'
import { aRoute, GatewayRig, MemoryTraffic } from './gateway-rig.ts'
import { startTrafficReporter } from '../src/index.ts'

let rig: GatewayRig
beforeEach(async () => {
  rig = await new GatewayRig().open()
})
afterEach(() => rig.close())

test('requests are counted by instance: open ones, ended ones, failed ones and their time', async () => {
  const paths: string[] = []
  const { instance } = await rig.app((request, response) => {
    paths.push(request.url ?? '')
    if (request.url === '/wait') return
    if (request.url === '/break') response.destroy()
    else response.writeHead(request.url === '/bad' ? 500 : 404).end()
  })
  const route = aRoute({ instances: [instance] })
  await rig.setRoutes(route)
  await rig.ask()
  await rig.ask({ path: '/bad' })
  expect((await rig.ask({ path: '/break' })).status).toBe(502)
  const waiting = rig.connect()
  waiting.write('GET /wait HTTP/1.1\r\nHost: app.localhost\r\n\r\n')
  await eventually(() => expect(paths).toContain('/wait'))
  await eventually(() =>
    expect(rig.reports.written.at(-1)).toMatchObject({ openRequests: 1, openTunnels: 0, requests: 3, failed: 2 }),
  )
  // A client that goes is no failure of the app.
  waiting.destroy()
  await eventually(() =>
    expect(rig.reports.written.at(-1)).toMatchObject({ openRequests: 0, requests: 4, failed: 2, idleMs: 0 }),
  )
  expect(rig.traffic.countersOf(route, instance).takeReport(rig.clock.now())).toBeNull()
})

test('an instance that refused connections counts no request', async () => {
  const { instance, server } = await rig.app((_request, response) => response.end())
  server.close()
  const route = aRoute({ instances: [instance] })
  await rig.setRoutes(route)
  expect((await rig.ask()).status).toBe(503)
  await eventually(() => expect(rig.reports.written.at(-1)).toMatchObject({ requests: 0, openRequests: 0 }))
})

test('the time of requests falls into cumulative buckets', () => {
  const counters = new InstanceCounters(aRoute(), { name: 'w', host: 'h', port: 1 }, () => undefined)
  for (const ms of [0.5, 5, 5.1, 100_000]) {
    counters.requestBegan(0)
    counters.requestEnded(ms, false)
  }
  const report = counters.takeReport(0)
  expect(report?.latency).toEqual([1, 1, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4])
  expect(report?.latencySumMs).toBeCloseTo(100_010.6)
})

test('sessions are live for 15 minutes after they were last seen', () => {
  const counters = new InstanceCounters(aRoute(), { name: 'w', host: 'h', port: 1 }, () => undefined)
  counters.sessionSeen('a', 0)
  counters.sessionSeen('b', 60_000)
  counters.sessionSeen('a', 120_000)
  expect(counters.liveSessions(959_999)).toBe(2)
  expect(counters.liveSessions(960_000)).toBe(1)
  expect(counters.liveSessions(1_020_000)).toBe(0)
})

test('the first request after an idle time is reported at once, others with the next report', async () => {
  const clock = createManualClock()
  const sink = new MemoryTraffic()
  const reporter = startTrafficReporter({ sink, logger: silentLogger, clock, everyMs: 3_600_000 })
  const counters = reporter.countersOf(aRoute(), { name: 'w', host: 'h', port: 1 })
  counters.requestBegan(clock.now())
  await eventually(() => expect(sink.written).toMatchObject([{ openRequests: 1 }]))
  counters.requestEnded(1, false)
  clock.advance(10_001)
  counters.requestBegan(clock.now())
  await eventually(() => expect(sink.written).toHaveLength(2))
  // It is named no more, but something of it is open.
  expect(sink.retired).toBeUndefined()
  counters.requestEnded(1, false)
  await reporter.stop()
  expect(sink.written.at(-1)).toMatchObject({ openRequests: 0, requests: 2 })
  expect(sink.retired).toEqual(['all'])
})
