import { latencyBoundsMs } from './latency-bounds.ts'

/** A service at one moment. Counts are since the service was made and never fall. */
export interface ServiceSample {
  /** Milliseconds since 1970. */
  readonly atMs: number
  readonly instances: number
  /** CPUs in use, of all instances; null = not known. */
  readonly cpuCores: number | null
  /** Bytes, of all instances. */
  readonly memoryBytes: number
  /** null = no limit is known. */
  readonly memoryLimitBytes: number | null
  readonly openRequests: number
  readonly requests: number
  readonly failed: number
  /** Requests by {@link latencyBoundsMs} and one bucket beyond, not cumulative; empty = none was counted yet. */
  readonly latency: readonly number[]
}

export interface LatencyPercentiles {
  readonly p50: number
  readonly p90: number
  readonly p99: number
}

export interface MetricPoint
  extends Pick<ServiceSample, 'atMs' | 'instances' | 'cpuCores' | 'memoryBytes' | 'memoryLimitBytes' | 'openRequests'> {
  /** Since the sample before; null = there is none. */
  readonly requestsPerSecond: number | null
  readonly failedPerSecond: number | null
  /** Of the requests since the sample before; null = there were none. */
  readonly latencyMs: LatencyPercentiles | null
}

/**
 * One point per sample, in the same order.
 *
 * @example
 * toMetricPoints([at(0, { requests: 0 }), at(60_000, { requests: 120 })])[1].requestsPerSecond // 2
 */
export function toMetricPoints(samples: readonly ServiceSample[]): MetricPoint[] {
  return samples.map((sample, index) => toPoint(sample, samples[index - 1] ?? null))
}

function toPoint(sample: ServiceSample, before: ServiceSample | null): MetricPoint {
  const { atMs, instances, cpuCores, memoryBytes, memoryLimitBytes, openRequests } = sample
  const now = { atMs, instances, cpuCores, memoryBytes, memoryLimitBytes, openRequests }
  if (before === null) return { ...now, requestsPerSecond: null, failedPerSecond: null, latencyMs: null }
  const seconds = (atMs - before.atMs) / 1000
  const since = sample.latency.map((count, place) => risen(count, before.latency[place] ?? 0))
  return {
    ...now,
    requestsPerSecond: risen(sample.requests, before.requests) / seconds,
    failedPerSecond: risen(sample.failed, before.failed) / seconds,
    latencyMs: percentilesOf(since),
  }
}

/** Counts of a gateway that went may be missing for a moment. */
function risen(count: number, before: number): number {
  return Math.max(0, count - before)
}

function percentilesOf(buckets: readonly number[]): LatencyPercentiles | null {
  const all = buckets.reduce((sum, count) => sum + count, 0)
  if (all === 0) return null
  return {
    p50: percentile(buckets, 0.5 * all),
    p90: percentile(buckets, 0.9 * all),
    p99: percentile(buckets, 0.99 * all),
  }
}

/** Within a bucket the requests count as evenly spread; beyond the last bound nothing more is known than the bound. */
function percentile(buckets: readonly number[], rank: number): number {
  let below = 0
  for (const [place, count] of buckets.entries()) {
    const upper = latencyBoundsMs[place]
    if (upper === undefined) break
    if (below + count >= rank && count > 0) {
      const lower = latencyBoundsMs[place - 1] ?? 0
      return lower + ((rank - below) / count) * (upper - lower)
    }
    below += count
  }
  return latencyBoundsMs.at(-1) ?? 0
}
