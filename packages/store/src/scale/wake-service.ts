/**
 * The wake of a service, as gateways and engines write it.
 *
 * Always true: of any number of gateways that wake a service, one raises `wakes` and writes the row of the wake, in one
 * statement with the work that it asks for; a wake is ended once, by who finds the service `waking` with that number.
 * Locks: the service's row, then its work row.
 */
import type { ScaleTier } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { RoutedInstance } from '../service-state/read-service-routes.ts'
import type { ServiceKey } from '../service-state/service-key.ts'

export interface WakeState {
  readonly tier: ScaleTier
  /** Number of the wake that goes on, or went last. */
  readonly wakes: number
  /** Instances of the serving revision that are there; frozen, unless the service is awake. */
  readonly instances: readonly RoutedInstance[]
}

/**
 * Asks for the wake of a service that rests. One that wakes or is awake stays as it is. The caller gives the hints `work`
 * and `wake`.
 *
 * @param cause for its history, e.g. `GET /report`
 * @returns null = users have stopped it, or it is being deleted or gone
 */
export async function wakeService(db: Db, service: ServiceKey, cause: string): Promise<WakeState | null> {
  const { rows } = await sql<WakeState>`
    with known as (
      select id, tenant_id, scale_tier, wakes, active_revision from service
      where id = ${service.id} and tenant_id = ${service.tenantId}
        and stopped_by is null and status not in ('DELETING', 'DELETE_FAILED')
      for update
    ), woken as (
      update service set
        scale_tier = 'waking', scale_since = now(), wakes = known.wakes + 1, wake_failure = null, scaled_instances = null
      from known where service.id = known.id and known.scale_tier in ('frozen', 'asleep')
      returning service.id, service.tenant_id, service.wakes, known.scale_tier as tier
    ), noted as (
      insert into service_wake (service_id, tenant_id, number, tier, cause)
      select id, tenant_id, wakes, tier, ${cause} from woken
    ), queued as (
      insert into work (kind, key) select 'service', id::text from woken
      on conflict (kind, key) do update set
        dirty = work.dirty or work.token is not null,
        available_at = case when work.token is null then least(work.available_at, now()) else work.available_at end
    )
    select
      case when woken.id is null then known.scale_tier else 'waking' end as tier,
      coalesce(woken.wakes, known.wakes) as wakes,
      coalesce((
        select jsonb_agg(jsonb_build_object('name', workload_name, 'host', host, 'port', port))
        from service_instance
        where service_id = known.id and revision = known.active_revision and status = 'ready'
          and host is not null and port is not null
      ), '[]') as instances
    from known left join woken on true`.execute(db)
  return rows[0] ?? null
}

/** Ends a wake: the service answers. False = it is over already, or there was another one. */
export async function endWake(db: Db, serviceId: string, wakes: number): Promise<boolean> {
  const { rows } = await sql`
    with awake as (
      update service set scale_tier = 'awake', scale_since = now(), wake_failure = null
      where id = ${serviceId} and scale_tier = 'waking' and wakes = ${wakes}
      returning id
    ), old as (
      delete from service_wake where service_id in (select id from awake) and number <= ${wakes - keptWakes}
    )
    update service_wake set ended_at = clock_timestamp(), outcome = 'awake', reason = null
    where service_id in (select id from awake) and number = ${wakes}
    returning number`.execute(db)
  return rows.length > 0
}

const keptWakes = 1000

export interface FrozenWake {
  readonly serviceId: string
  readonly wakes: number
  readonly instances: readonly RoutedInstance[]
}

/** Services that wake and whose instances only have to be thawed. Index: service where scale_tier = 'waking'. */
export async function findFrozenWakes(db: Db): Promise<FrozenWake[]> {
  const { rows } = await sql<FrozenWake>`
    select s.id as "serviceId", s.wakes,
      jsonb_agg(jsonb_build_object('name', i.workload_name, 'host', i.host, 'port', i.port)) as instances
    from service s
    join service_wake w on w.service_id = s.id and w.number = s.wakes and w.tier = 'frozen'
    join service_instance i on i.service_id = s.id and i.revision = s.active_revision and i.status = 'ready'
    where s.scale_tier = 'waking' and i.host is not null and i.port is not null
    group by s.id
    order by s.id`.execute(db)
  return rows
}
