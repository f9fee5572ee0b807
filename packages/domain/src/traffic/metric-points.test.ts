import { expect, it } from 'vitest'
import { latencyBoundsMs } from './latency-bounds.ts'
import { type ServiceSample, toMetricPoints } from './metric-points.ts'

const at = (atMs: number, rest: Partial<ServiceSample> = {}): ServiceSample => ({
  atMs,
  instances: 1,
  cpuCores: 0.5,
  memoryBytes: 1000,
  memoryLimitBytes: 4000,
  openRequests: 0,
  requests: 0,
  failed: 0,
  latency: [],
  ...rest,
})
const none = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0)
const inBucket = (place: number, count: number): number[] => none.with(place, count)

it('The first point has no rates; the next has what came since, per second', () => {
  const points = toMetricPoints([
    at(0, { requests: 10, failed: 2 }),
    at(60_000, { requests: 130, failed: 5, cpuCores: 1.5 }),
  ])
  expect(points[0]).toMatchObject({ cpuCores: 0.5, requestsPerSecond: null, failedPerSecond: null, latencyMs: null })
  expect(points[1]).toMatchObject({ cpuCores: 1.5, requestsPerSecond: 2, failedPerSecond: 0.05 })
})

it('Percentiles are of the requests since the sample before, spread evenly over their bucket', () => {
  const before = at(0, { latency: inBucket(13, 1_000_000) })
  const [, point] = toMetricPoints([before, at(1000, { latency: inBucket(13, 1_000_000).with(3, 100) })])
  // The fourth bucket goes from 5 to 10 ms.
  expect(point?.latencyMs).toEqual({ p50: 7.5, p90: 9.5, p99: 9.95 })
})

it('Beyond the last bound the bound is told, and without requests nothing', () => {
  const [, slow, idle] = toMetricPoints([
    at(0),
    at(1000, { latency: inBucket(14, 4) }),
    at(2000, { latency: inBucket(14, 4) }),
  ])
  expect(slow?.latencyMs).toEqual({ p50: 60_000, p90: 60_000, p99: 60_000 })
  expect(idle?.latencyMs).toBeNull()
})

it('Counts that are missing for a moment give no negative rates', () => {
  const [, point] = toMetricPoints([at(0, { requests: 10, latency: inBucket(0, 10) }), at(1000)])
  expect(point).toMatchObject({ requestsPerSecond: 0, failedPerSecond: 0, latencyMs: null })
})
