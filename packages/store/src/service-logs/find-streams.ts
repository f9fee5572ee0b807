import { serviceLogStream } from '@cairn/domain'
import type { Db } from '../database/database.ts'
import type { ServiceKey } from '../service-state/service-key.ts'
import type { ServiceLogPosition } from './service-log-token.ts'

/** Which lines of a service are asked for; null = all. */
export interface ServiceLogFilter {
  /** Name of the instance. */
  readonly instance: string | null
  readonly revision: number | null
  /** Written at this time or later, in epoch milliseconds. */
  readonly sinceMs: number | null
}

/** The log of one instance. */
export interface ServiceLogStream {
  readonly number: number
  readonly instance: string
  readonly revision: number
  readonly stream: string
  /** No line of it is older. In epoch milliseconds. */
  readonly createdAt: number
  /** Infinity = lines may come. */
  readonly endedAt: number
}

/** Streams looked at by one page, and by the look at the end of a log. */
const mostStreams = 500

/** Streams of which something may be left to read after the position, in their order. */
export async function findUnreadStreams(
  db: Db,
  service: ServiceKey,
  filter: ServiceLogFilter,
  { high, open }: ServiceLogPosition,
): Promise<readonly ServiceLogStream[]> {
  const rows = await streamsOf(db, service, filter)
    .where((eb) =>
      eb.or([eb('l.number', '>', high), ...(open.size === 0 ? [] : [eb('l.number', 'in', [...open.keys()])])]),
    )
    .orderBy('l.number')
    .execute()
  return rows.map((row) => toStream(service, row))
}

/** The streams that were written to last: first those that still are. */
export async function findLatestStreams(
  db: Db,
  service: ServiceKey,
  filter: ServiceLogFilter,
): Promise<readonly ServiceLogStream[]> {
  const rows = await streamsOf(db, service, filter)
    .orderBy('l.ended_at', (order) => order.desc().nullsFirst())
    .orderBy('l.number', 'desc')
    .execute()
  return rows.map((row) => toStream(service, row))
}

/** Ended streams without a chunk are left out, so that each of those found leads on. */
function streamsOf(db: Db, service: ServiceKey, { instance, revision, sinceMs }: ServiceLogFilter) {
  const since = sinceMs === null ? null : new Date(sinceMs)
  return db
    .selectFrom('service_instance_log as l')
    .select(['l.number', 'l.workload_name', 'l.revision', 'l.created_at', 'l.ended_at'])
    .where('l.tenant_id', '=', service.tenantId)
    .where('l.service_id', '=', service.id)
    .where((eb) =>
      eb.or([
        eb('l.ended_at', 'is', null),
        eb.exists(
          eb
            .selectFrom('log_chunk as c')
            .select('c.sequence')
            .where('c.stream', '=', eb(eb.val(serviceLogStream(service.id, '')), '||', eb.ref('l.workload_name')))
            .$if(since !== null, (chunks) => chunks.where('c.last_at', '>=', since ?? new Date(0))),
        ),
      ]),
    )
    .$if(instance !== null, (streams) => streams.where('l.workload_name', '=', instance ?? ''))
    .$if(revision !== null, (streams) => streams.where('l.revision', '=', revision ?? 0))
    .limit(mostStreams)
}

interface StreamRow {
  readonly number: number
  readonly workload_name: string
  readonly revision: number
  readonly created_at: Date
  readonly ended_at: Date | null
}

function toStream(service: ServiceKey, row: StreamRow): ServiceLogStream {
  return {
    number: row.number,
    instance: row.workload_name,
    revision: row.revision,
    stream: serviceLogStream(service.id, row.workload_name),
    createdAt: row.created_at.getTime(),
    endedAt: row.ended_at?.getTime() ?? Number.POSITIVE_INFINITY,
  }
}

/**
 * Whether lines may come that the filter lets through: `ended` when the instance or the revision is over for good, null
 * when there never was one. Ask before the lines are read.
 */
export async function isServiceLogLive(
  db: Db,
  service: ServiceKey,
  { instance, revision }: ServiceLogFilter,
): Promise<'live' | 'ended' | null> {
  const lives = await instanceLife(db, service, instance)
  if (lives !== 'live' || revision === null) return lives
  const row = await db
    .selectFrom('service_revision as r')
    .innerJoin('service as s', 's.id', 'r.service_id')
    .select('r.status')
    .where('s.tenant_id', '=', service.tenantId)
    .where('r.service_id', '=', service.id)
    .where('r.revision', '=', revision)
    .executeTakeFirst()
  if (row === undefined) return null
  if (row.status !== 'removed' && row.status !== 'failed') return 'live'
  const open = await db
    .selectFrom('service_instance_log')
    .select('number')
    .where('tenant_id', '=', service.tenantId)
    .where('service_id', '=', service.id)
    .where('revision', '=', revision)
    .where('ended_at', 'is', null)
    .executeTakeFirst()
  return open === undefined ? 'ended' : 'live'
}

async function instanceLife(db: Db, service: ServiceKey, instance: string | null): Promise<'live' | 'ended' | null> {
  if (instance === null) return 'live'
  const row = await db
    .selectFrom('service_instance_log')
    .select('ended_at')
    .where('tenant_id', '=', service.tenantId)
    .where('service_id', '=', service.id)
    .where('workload_name', '=', instance)
    .executeTakeFirst()
  if (row === undefined) return null
  return row.ended_at === null ? 'live' : 'ended'
}
