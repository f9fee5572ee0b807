import { sql } from 'kysely'
import type { Db } from '../database/database.ts'

/** A log that is read while it is written, and whose end says that it is complete. */
export interface FollowedLog {
  readonly stream: string
  /** What writes it. */
  readonly writer: { readonly kind: 'execution' | 'build' | 'service'; readonly id: string }
}

/**
 * A mark for each log, in their order: it stays the same for as long as no line was added and its writer recorded nothing.
 * For a caller that has found each log by its tenant. The log of a service has several streams: the newest one's number and
 * those of the open ones count. Indexes: primary keys, two look-ups a log; for services also one for each open stream.
 */
export async function readLogMarks(db: Db, logs: readonly FollowedLog[]): Promise<string[]> {
  const idsOf = (kind: FollowedLog['writer']['kind']) =>
    logs.map(({ writer }) => (writer.kind === kind ? writer.id : null))
  const { rows } = await sql<{ mark: string }>`
    select concat_ws('/',
      coalesce((select sequence from log_chunk where stream = f.stream order by sequence desc limit 1), 0),
      case
        when f.service is not null then (
          select concat_ws('.', (select max(number) from service_instance_log where service_id = f.service), string_agg(
            concat_ws(':', l.number, (
              select sequence from log_chunk where stream = 'service:' || l.service_id || ':' || l.workload_name
              order by sequence desc limit 1
            )), '.' order by l.number
          ))
          from service_instance_log l where l.service_id = f.service and l.ended_at is null
        )
        when f.build is null then (select sequence from execution_event where execution_id = f.execution order by sequence desc limit 1)::text
        else (select status from build where id = f.build) end) as mark
    from unnest(${logs.map(({ stream }) => stream)}::text[], ${idsOf('execution')}::uuid[], ${idsOf('build')}::bigint[],
      ${idsOf('service')}::uuid[]) with ordinality as f (stream, execution, build, service, position)
    order by position`.execute(db)
  return rows.map(({ mark }) => mark)
}
