import type { ServiceSample } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ServiceKey } from '../service-state/service-key.ts'

/** Moments in milliseconds since 1970. */
export interface SampleWindow {
  readonly fromMs: number
  readonly toMs: number
  readonly stepMs: number
}

/**
 * Samples of a service in order of time, one per step of the window that has any: its mean of CPUs and open requests, its most
 * of memory and instances, its last counts. `at` is the begin of the step. Index: primary key.
 */
export async function readServiceSamples(db: Db, service: ServiceKey, window: SampleWindow): Promise<ServiceSample[]> {
  const { fromMs, toMs, stepMs } = window
  const { rows } = await sql<ServiceSample>`
    select
      (floor(extract(epoch from m.at) * 1000 / ${stepMs}::float8) * ${stepMs}::float8)::float8 as "atMs",
      max(m.instances) as instances, avg(m.cpu_cores) as "cpuCores", max(m.memory_bytes) as "memoryBytes",
      max(m.memory_limit_bytes) as "memoryLimitBytes", avg(m.open_requests)::float8 as "openRequests",
      max(m.requests) as requests, max(m.failed) as failed, (array_agg(to_jsonb(m.latency) order by m.at desc))[1] as latency
    from service_sample m
    join service s on s.id = m.service_id and s.tenant_id = ${service.tenantId}
    where m.service_id = ${service.id}
      and m.at >= to_timestamp(${fromMs}::float8 / 1000) and m.at < to_timestamp(${toMs}::float8 / 1000)
    group by 1 order by 1`.execute(db)
  return rows
}
