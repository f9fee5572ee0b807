/**
 * Connections to instances.
 *
 * Always true: an instance has one pool for as long as some route names it; a pool whose instance left every route takes
 * no new request, finishes those it has and closes.
 */
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import { Pool } from 'undici'
import { InstanceConnections } from './plain/instance-connections.ts'
import type { InstanceCounters } from './traffic/instance-counters.ts'
import type { TrafficReporter } from './traffic/report-traffic.ts'

export interface Upstream {
  readonly instance: RoutedInstance
  /** For what Node's parser read. */
  readonly pool: Pool
  /** For plain requests. */
  readonly connections: InstanceConnections
  /** Requests and tunnels under way. */
  readonly waiting: Set<Waiting>
  readonly counters: InstanceCounters
}

/** Gives up when its answer does not begin, or stands still for longer than its service allows. */
export interface Waiting {
  /** @param headMs time for the answer's head, where the service has none of its own */
  sweep(now: number, headMs: number): void
}

export interface Upstreams {
  /**
   * The least loaded ready instance that is not in `tried`; null = none is left. The one of the name `preferred` goes
   * before all others, also when it drains.
   */
  choose(route: ServiceRoute, tried: ReadonlySet<Upstream>, preferred: string | null): Upstream | null
  /** Drops what no route names any more. */
  retain(routes: Iterable<ServiceRoute>): void
  close(): Promise<void>
}

export interface UpstreamTimes {
  /** Milliseconds to connect. */
  readonly connectMs: number
  /** Milliseconds from the end of the request to the head of the answer. */
  readonly headMs: number
}

/** Less than the 2 s after which the least patient common servers close idle connections themselves. */
const keepAliveMs = 1_500

export function createUpstreams(times: UpstreamTimes, traffic: TrafficReporter): Upstreams {
  const upstreams = new Map<string, Upstream>()
  /** Left every route, and something is under way there. */
  const leaving = new Set<Upstream>()
  let turn = 0

  const upstreamOf = (route: ServiceRoute, instance: RoutedInstance): Upstream => {
    const key = keyOf(instance)
    const known = upstreams.get(key)
    if (known !== undefined) return known
    const made = newUpstream(instance, traffic.countersOf(route, instance), times)
    upstreams.set(key, made)
    return made
  }

  const timer = sweepOften(times, () => sweep([...upstreams.values(), ...leaving], leaving, times))

  return {
    choose(route, tried, preferred) {
      const { instances } = route
      const own = preferred === null ? null : named(route, preferred)
      if (own !== null) {
        const upstream = upstreamOf(route, own)
        if (!tried.has(upstream)) return upstream
      }
      turn = (turn + 1) % 1_000_000
      const from = turn % Math.max(1, instances.length)
      const inTurn = from === 0 ? instances : [...instances.slice(from), ...instances.slice(0, from)]
      return leastLoaded(inTurn, (instance) => {
        const candidate = upstreamOf(route, instance)
        return tried.has(candidate) ? null : candidate
      })
    },
    retain(routes) {
      const keys = new Set<string>()
      const names = new Set<string>()
      for (const route of routes) {
        // What rests may still have something open, and is to be found again when it wakes.
        for (const instance of [...route.instances, ...route.draining, ...(route.sleep?.instances ?? [])]) {
          keys.add(keyOf(instance))
          names.add(instance.name)
        }
      }
      traffic.retain(names)
      for (const [key, upstream] of upstreams) {
        if (keys.has(key)) continue
        upstreams.delete(key)
        leaving.add(upstream)
        upstream.connections.close()
        void upstream.pool.close()
      }
    },
    async close() {
      clearInterval(timer)
      const pools = [...upstreams.values()].map((upstream) => upstream.pool)
      for (const { connections } of [...upstreams.values(), ...leaving]) connections.destroy()
      upstreams.clear()
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
}

function sweepOften({ headMs }: UpstreamTimes, sweepNow: () => void): NodeJS.Timeout {
  const everyMs = Math.min(500, Math.ceil(headMs / 4))
  let sweptAt = performance.now()
  return setInterval(() => {
    const wasStalled = performance.now() - sweptAt > 2 * everyMs
    sweptAt = performance.now()
    // What came while this process itself stood still is read first.
    if (!wasStalled) sweepNow()
  }, everyMs).unref()
}

/** Ends what has waited for too long, and forgets of `leaving` what has nothing under way. */
function sweep(all: readonly Upstream[], leaving: Set<Upstream>, { headMs }: UpstreamTimes): void {
  const now = performance.now()
  for (const { connections, waiting } of all) {
    connections.sweep(now)
    for (const each of waiting) each.sweep(now, headMs)
  }
  for (const upstream of leaving) if (upstream.waiting.size === 0) leaving.delete(upstream)
}

function newUpstream(instance: RoutedInstance, counters: InstanceCounters, times: UpstreamTimes): Upstream {
  const connections = new InstanceConnections(instance, { connectMs: times.connectMs, keepMs: keepAliveMs })
  return { instance, pool: poolFor(instance, times), connections, waiting: new Set(), counters }
}

function leastLoaded(
  instances: readonly RoutedInstance[],
  candidateOf: (instance: RoutedInstance) => Upstream | null,
): Upstream | null {
  let best: Upstream | null = null
  for (const instance of instances) {
    const candidate = candidateOf(instance)
    if (candidate !== null && (best === null || candidate.counters.load < best.counters.load)) best = candidate
  }
  return best
}

function named(route: ServiceRoute, name: string): RoutedInstance | null {
  const isIt = (instance: RoutedInstance): boolean => instance.name === name
  return route.instances.find(isIt) ?? route.draining.find(isIt) ?? null
}

function keyOf(instance: RoutedInstance): string {
  return `${instance.name} ${instance.host} ${instance.port}`
}

function poolFor(instance: RoutedInstance, times: UpstreamTimes): Pool {
  return new Pool(originOf(instance), {
    // One request at a time on a connection: an app that is slow with one must not hold up another.
    pipelining: 1,
    connections: null,
    connect: { timeout: times.connectMs, noDelay: true },
    keepAliveTimeout: keepAliveMs,
    keepAliveMaxTimeout: 60_000,
    // Each request is watched by its service's limits instead.
    headersTimeout: 0,
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
  })
}

export function originOf(instance: RoutedInstance): string {
  const host = instance.host.includes(':') ? `[${instance.host}]` : instance.host
  return `http://${host}:${instance.port}`
}
