/** What services use and are asked for, over time: one row per service and look. */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** An instance to look at. */
export interface SampledInstance {
  readonly serviceId: string
  readonly workload: string
}

/** Instances that run or are about to, of all tenants. */
export async function listSampledInstances(db: Db): Promise<SampledInstance[]> {
  const { rows } = await sql<SampledInstance>`
    select i.service_id as "serviceId", i.workload_name as workload from service_instance i
    where i.status in ('starting', 'ready', 'unready') order by i.service_id, i.workload_name`.execute(db)
  return rows
}

/** What the instances of a service use together. */
export interface ServiceUse {
  readonly serviceId: string
  readonly instances: number
  /** CPUs in use since the look before; null = this is the first. */
  readonly cpuCores: number | null
  readonly memoryBytes: number
  readonly memoryLimitBytes: number | null
}

/** Writes a sample of every service that is not being deleted, with what its gateways have counted so far. Idle ones too. */
export async function writeServiceSamples(db: Db, uses: readonly ServiceUse[]): Promise<void> {
  await sql`
    with bucket as (
      select t.service_id, b.place, sum(b.count)::bigint as count
      from service_traffic t, unnest(t.latency) with ordinality as b (count, place)
      group by t.service_id, b.place
    ), histogram as (
      select service_id, array_agg(count order by place) as latency from bucket group by service_id
    ), total as (
      select service_id, sum(requests)::bigint as requests, sum(failed)::bigint as failed,
        (sum(open_requests) filter (where reported_at > now() - interval '15 seconds'))::integer as open_requests
      from service_traffic group by service_id
    )
    insert into service_sample (
      service_id, at, instances, cpu_cores, memory_bytes, memory_limit_bytes, open_requests, requests, failed, latency
    )
    select s.id, now(), coalesce(u.instances, 0), u."cpuCores", coalesce(u."memoryBytes", 0), u."memoryLimitBytes",
      coalesce(t.open_requests, 0), coalesce(t.requests, 0), coalesce(t.failed, 0), coalesce(h.latency, '{}')
    from service s
    left join jsonb_to_recordset(${JSON.stringify(uses)}::jsonb) as u (
      "serviceId" uuid, instances integer, "cpuCores" double precision, "memoryBytes" bigint, "memoryLimitBytes" bigint
    ) on u."serviceId" = s.id
    left join total t on t.service_id = s.id
    left join histogram h on h.service_id = s.id
    where s.status <> 'DELETING'
    on conflict (service_id, at) do nothing`.execute(db)
}

/** Removes samples that are older than `ageMs`. Index: service_sample (at). */
export async function removeOldSamples(db: Db, ageMs: number): Promise<void> {
  await sql`delete from service_sample where at < now() - ${ageMs}::float8 * interval '1 millisecond'`.execute(db)
}
