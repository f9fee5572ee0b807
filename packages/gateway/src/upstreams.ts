/**
 * Connections to instances.
 *
 * Always true: an instance has one pool for as long as some route names it; a pool whose instance left every route takes
 * no new request, finishes those it has and closes.
 */
import type { RoutedInstance, ServiceRoute } from '@cairn/store'
import { Pool } from 'undici'
import type { InstanceCounters } from './traffic/instance-counters.ts'
import type { TrafficReporter } from './traffic/report-traffic.ts'

export interface Upstream {
  readonly instance: RoutedInstance
  readonly pool: Pool
  readonly counters: InstanceCounters
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
  let turn = 0

  const upstreamOf = (route: ServiceRoute, instance: RoutedInstance): Upstream => {
    const key = keyOf(instance)
    const known = upstreams.get(key)
    if (known !== undefined) return known
    const made: Upstream = {
      instance,
      pool: poolFor(instance, times),
      counters: traffic.countersOf(route, instance),
    }
    upstreams.set(key, made)
    return made
  }

  return {
    choose(route, tried, preferred) {
      const { instances } = route
      const own = preferred === null ? null : named(route, preferred)
      if (own !== null) {
        const upstream = upstreamOf(route, own)
        if (!tried.has(upstream)) return upstream
      }
      turn = (turn + 1) % 1_000_000
      let best: Upstream | null = null
      for (let offset = 0; offset < instances.length; offset += 1) {
        const instance = instances[(turn + offset) % instances.length]
        if (instance === undefined) continue
        const candidate = upstreamOf(route, instance)
        if (tried.has(candidate)) continue
        if (best === null || candidate.counters.load < best.counters.load) best = candidate
      }
      return best
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
        void upstream.pool.close()
      }
    },
    async close() {
      const pools = [...upstreams.values()].map((upstream) => upstream.pool)
      upstreams.clear()
      await Promise.all(pools.map((pool) => pool.destroy()))
    },
  }
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
    headersTimeout: times.headMs,
    // A stream may be silent for as long as it likes.
    bodyTimeout: 0,
    maxHeaderSize: 64 * 1024,
  })
}

export function originOf(instance: RoutedInstance): string {
  const host = instance.host.includes(':') ? `[${instance.host}]` : instance.host
  return `http://${host}:${instance.port}`
}
