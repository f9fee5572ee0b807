/**
 * What keeps the logs of services bounded.
 *
 * Always true: the newest chunk of an instance that is there stays, for its number and its time say where the log goes on.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

export interface ServiceLogBounds {
  /** Logs of instances that ended before go. */
  readonly endedBefore: Date
  /** What the log of one service may take, in bytes; its oldest chunks go first. */
  readonly mostBytes: number
}

const streamsAtOnce = 100

/** @returns the number of chunks removed */
export async function removeOldServiceLogs(db: Db, bounds: ServiceLogBounds, signal: AbortSignal): Promise<number> {
  let removed = await removeStrayStreams(db)
  for (;;) {
    signal.throwIfAborted()
    const { streams, chunks } = await removeEndedStreams(db, bounds.endedBefore)
    removed += chunks
    if (streams < streamsAtOnce) break
  }
  const services = await db.selectFrom('service_instance_log').select('service_id').distinct().execute()
  for (const service of services) {
    signal.throwIfAborted()
    removed += await removeOverflow(db, service.service_id, bounds.mostBytes)
  }
  return removed
}

/** Indexes: `service_instance_log (ended_at)`, the chunks' primary key. */
async function removeEndedStreams(db: Db, before: Date): Promise<{ streams: number; chunks: number }> {
  const { rows } = await sql<{ streams: number; chunks: number }>`
    with ended as (
      delete from service_instance_log
      where number in (
        select number from service_instance_log where ended_at < ${before} order by ended_at limit ${streamsAtOnce}
      )
      returning service_id, workload_name
    ), chunk as (
      delete from log_chunk c using ended e where c.stream = 'service:' || e.service_id || ':' || e.workload_name
      returning c.sequence
    )
    select (select count(*) from ended)::integer as streams, (select count(*) from chunk)::integer as chunks`.execute(
    db,
  )
  return rows[0] ?? { streams: 0, chunks: 0 }
}

/** Sizes are known without reading the lines. */
async function removeOverflow(db: Db, serviceId: string, mostBytes: number): Promise<number> {
  const result = await sql`
    with size as (
      select c.stream, c.sequence,
        l.ended_at is null and row_number() over (partition by c.stream order by c.sequence desc) = 1 as is_needed,
        sum(octet_length(c.lines)) over (order by c.last_at desc, c.stream, c.sequence desc) as total
      from service_instance_log l
      join log_chunk c on c.stream = 'service:' || l.service_id || ':' || l.workload_name
      where l.service_id = ${serviceId}
    )
    delete from log_chunk c using size s
    where c.stream = s.stream and c.sequence = s.sequence and s.total > ${mostBytes} and not s.is_needed`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}

/** Those of services that are gone: a line may come after its service went. Skips from stream to stream. */
async function removeStrayStreams(db: Db): Promise<number> {
  const result = await sql`
    with recursive known (stream) as (
      (select stream from log_chunk where stream >= 'service:' and stream < 'service;' order by stream limit 1)
      union all
      select (select c.stream from log_chunk c where c.stream > k.stream and c.stream < 'service;' order by c.stream limit 1)
      from known k where k.stream is not null
    )
    delete from log_chunk c using known k
    where c.stream = k.stream and not exists (
      select from service_instance_log l
      where l.workload_name = split_part(k.stream, ':', 3) and l.service_id::text = split_part(k.stream, ':', 2)
    )`.execute(db)
  return Number(result.numAffectedRows ?? 0)
}
