/**
 * What gateways say of the traffic to instances.
 *
 * Always true: a row belongs to one gateway process, which writes whole counts, never differences; so a write whose
 * answer was lost may be repeated. Counts of rows that are taken away are added to the service's row of the past in the
 * same statement, so that a service's totals never fall.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** What one gateway process counted of one instance since the process began. */
export interface TrafficReport {
  readonly serviceId: string
  /** Name of the instance. */
  readonly workload: string
  readonly openRequests: number
  readonly openTunnels: number
  readonly liveSessions: number
  /** Requests that have ended. */
  readonly requests: number
  /** Those of them that ended with a status of 500 or more, or broke off. */
  readonly failed: number
  /** Cumulative counts by `latencyBoundsMs`, and a last one of all. */
  readonly latency: readonly number[]
  readonly latencySumMs: number
  /** Milliseconds since the last request or tunnel began; null = none did. */
  readonly idleMs: number | null
}

/** Owner of the counts of gateways that are gone. */
const pastGateway = '00000000-0000-0000-0000-000000000000'

/** Seconds without a report after which a row's gateway counts as gone, or has had nothing to say for long. */
const silentSeconds = 60

/**
 * Writes the reports, in one statement. Services that do not exist any more are passed over.
 *
 * @returns names of the instances of which this gateway had no row. One that it had written before was taken away by
 *   {@link retireSilentTraffic}: what was reported by then is counted already
 */
export async function writeTraffic(
  db: Db,
  gatewayId: string,
  reports: readonly TrafficReport[],
): Promise<ReadonlySet<string>> {
  const { rows } = await sql<{ workload: string; inserted: boolean }>`
    insert into service_traffic as t (
      service_id, gateway_id, workload_name, open_requests, open_tunnels, live_sessions, requests, failed,
      latency, latency_sum_ms, last_request_at
    )
    select
      r."serviceId", ${gatewayId}::uuid, r.workload, r."openRequests", r."openTunnels", r."liveSessions", r.requests,
      r.failed, r.latency, r."latencySumMs", now() - r."idleMs" * interval '1 millisecond'
    from jsonb_to_recordset(${JSON.stringify(reports)}::jsonb) as r (
      "serviceId" uuid, workload text, "openRequests" integer, "openTunnels" integer, "liveSessions" integer,
      requests bigint, failed bigint, latency bigint[], "latencySumMs" double precision, "idleMs" double precision
    )
    where exists (select from service where service.id = r."serviceId")
    on conflict (service_id, gateway_id, workload_name) do update set
      open_requests = excluded.open_requests, open_tunnels = excluded.open_tunnels,
      live_sessions = excluded.live_sessions, requests = excluded.requests, failed = excluded.failed,
      latency = excluded.latency, latency_sum_ms = excluded.latency_sum_ms,
      last_request_at = greatest(t.last_request_at, excluded.last_request_at), reported_at = now()
    returning workload_name as workload, xmax = 0 as inserted`.execute(db)
  return new Set(rows.filter((row) => row.inserted).map((row) => row.workload))
}

/** Takes rows of a gateway away and keeps their totals; without `workloads` all of them, at the gateway's end. */
export async function retireTraffic(db: Db, gatewayId: string, workloads?: readonly string[]): Promise<void> {
  const which = workloads === undefined ? sql`true` : sql`workload_name = any(${workloads}::text[])`
  await retire(db, sql`gateway_id = ${gatewayId}::uuid and ${which}`)
}

/** Does the same with rows of any gateway that were not reported for a minute. */
export async function retireSilentTraffic(db: Db): Promise<void> {
  await retire(
    db,
    sql`gateway_id <> ${pastGateway}::uuid and reported_at < now() - ${silentSeconds}::float8 * interval '1 second'`,
  )
}

async function retire(db: Db, which: ReturnType<typeof sql>): Promise<void> {
  await sql`
    with gone as (
      delete from service_traffic where ${which} returning *
    ), bucket as (
      select service_id, b.place, sum(b.count) as count
      from gone, unnest(latency) with ordinality as b (count, place)
      group by service_id, b.place
    ), histogram as (
      select service_id, array_agg(count::bigint order by place) as latency from bucket group by service_id
    ), total as (
      select service_id, sum(requests)::bigint as requests, sum(failed)::bigint as failed,
        sum(latency_sum_ms) as latency_sum_ms, max(last_request_at) as last_request_at
      from gone group by service_id
    )
    insert into service_traffic as t (
      service_id, gateway_id, workload_name, open_requests, open_tunnels, live_sessions, requests, failed,
      latency, latency_sum_ms, last_request_at
    )
    select service_id, ${pastGateway}::uuid, '', 0, 0, 0, requests, failed, latency, latency_sum_ms, last_request_at
    from total join histogram using (service_id)
    order by service_id
    on conflict (service_id, gateway_id, workload_name) do update set
      requests = t.requests + excluded.requests, failed = t.failed + excluded.failed,
      latency = (
        select array_agg(coalesce(b.one, 0) + coalesce(b.other, 0) order by b.place)
        from unnest(t.latency, excluded.latency) with ordinality as b (one, other, place)
      ),
      latency_sum_ms = t.latency_sum_ms + excluded.latency_sum_ms,
      last_request_at = greatest(t.last_request_at, excluded.last_request_at), reported_at = now()`.execute(db)
}
