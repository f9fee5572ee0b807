import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ServiceKey } from '../service-state/write-service-state.ts'

export interface TrafficTotals {
  /** Requests that have ended, ever. */
  readonly requests: number
  readonly failed: number
  /** Cumulative counts by `latencyBoundsMs`, and a last one of all; empty = nothing was counted yet. */
  readonly latency: readonly number[]
  readonly latencySumMs: number
  /** When the last request or tunnel began. */
  readonly lastRequestAt: Date | null
}

/** What all gateways say of one instance. Counts of now are as old as the last report, 2 s at most. */
export interface InstanceTraffic extends TrafficTotals {
  /** Name of the instance. */
  readonly workload: string
  readonly openRequests: number
  readonly openTunnels: number
  /** Sticky sessions seen within the session time; one that two gateways saw counts twice. */
  readonly liveSessions: number
}

export interface ServiceTraffic {
  /** Instances that a gateway knows. */
  readonly instances: readonly InstanceTraffic[]
  /** Of the whole service, with instances and gateways that are gone. Never falls. */
  readonly totals: TrafficTotals
}

const nothing: TrafficTotals = { requests: 0, failed: 0, latency: [], latencySumMs: 0, lastRequestAt: null }

/** Traffic of a service. Open requests, tunnels and sessions of gateways that were silent for 15 s are left out. */
export async function readServiceTraffic(db: Db, service: ServiceKey): Promise<ServiceTraffic> {
  const { rows } = await sql<InstanceTraffic>`
    select
      t.workload_name as workload, t.requests, t.failed, t.latency, t.latency_sum_ms as "latencySumMs",
      t.last_request_at as "lastRequestAt",
      case when fresh then t.open_requests else 0 end as "openRequests",
      case when fresh then t.open_tunnels else 0 end as "openTunnels",
      case when fresh then t.live_sessions else 0 end as "liveSessions"
    from service_traffic t
    join service s on s.id = t.service_id and s.tenant_id = ${service.tenantId}
    cross join lateral (select t.reported_at > now() - interval '15 seconds' as fresh) f
    where t.service_id = ${service.id}
    order by t.workload_name`.execute(db)
  const instances = new Map<string, InstanceTraffic>()
  for (const row of rows) {
    if (row.workload === '') continue
    const known = instances.get(row.workload)
    instances.set(row.workload, known === undefined ? row : joined(known, row))
  }
  return { instances: [...instances.values()], totals: rows.reduce<TrafficTotals>(sum, nothing) }
}

function joined(one: InstanceTraffic, other: InstanceTraffic): InstanceTraffic {
  return {
    workload: one.workload,
    openRequests: one.openRequests + other.openRequests,
    openTunnels: one.openTunnels + other.openTunnels,
    liveSessions: one.liveSessions + other.liveSessions,
    ...sum(one, other),
  }
}

function sum(one: TrafficTotals, other: TrafficTotals): TrafficTotals {
  const length = Math.max(one.latency.length, other.latency.length)
  return {
    requests: one.requests + other.requests,
    failed: one.failed + other.failed,
    latency: Array.from({ length }, (_, place) => (one.latency[place] ?? 0) + (other.latency[place] ?? 0)),
    latencySumMs: one.latencySumMs + other.latencySumMs,
    lastRequestAt: latest(one.lastRequestAt, other.lastRequestAt),
  }
}

function latest(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other
  return one > other ? one : other
}
