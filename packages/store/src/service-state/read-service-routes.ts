import type { ServiceLimits, ServiceStatus, ServiceType } from '@cairn/contract'
import type { ScaleTier } from '@cairn/domain'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import type { ServiceAccess } from '../services/write-service.ts'

/** What a gateway has to know about one service. */
export interface ServiceRoute {
  readonly serviceId: string
  readonly serviceName: string
  readonly serviceType: ServiceType
  readonly tenantId: string
  readonly tenantName: string
  readonly access: ServiceAccess
  readonly status: ServiceStatus
  /** Its first line: visitors may read it. */
  readonly statusReason: string | null
  /** Whether a browser's requests go to one instance as long as it is there; always for shiny. */
  readonly isSticky: boolean
  /** Proven domains under which it answers beside its own host. */
  readonly domains: readonly string[]
  /** null = none of its own. */
  readonly limits: ServiceLimits | null
  /** Ready instances of the active revision that do not drain. */
  readonly instances: readonly RoutedInstance[]
  /** Ready instances that drain: they only serve the sessions that they have. */
  readonly draining: readonly RoutedInstance[]
  /** Set while the service rests or wakes; then `instances` is empty. */
  readonly sleep: RouteSleep | null
}

export interface RouteSleep {
  readonly tier: Exclude<ScaleTier, 'awake'>
  /** Number of its last wake, the one under way included. */
  readonly wakes: number
  /** Why the wake under way has not succeeded so far. */
  readonly failure: string | null
  /** Ready instances of the active revision, which may be frozen. */
  readonly instances: readonly RoutedInstance[]
}

export interface RoutedInstance {
  /** Workload name. */
  readonly name: string
  readonly host: string
  readonly port: number
}

/** Those of the joined instances for which the condition holds, as JSON. */
const instances = (condition: ReturnType<typeof sql>) => sql`
  coalesce(
    jsonb_agg(jsonb_build_object('name', i.workload_name, 'host', i.host, 'port', i.port) order by i.workload_name)
      filter (where i.workload_name is not null and (${condition})),
    '[]'
  )`

/** Every service of the installation, in one statement. A service that is being deleted has no instances here. */
export async function readServiceRoutes(db: Db): Promise<ServiceRoute[]> {
  const { rows } = await sql<RouteRow>`
    select
      s.id as "serviceId", s.name as "serviceName", s.service_type as "serviceType",
      s.tenant_id as "tenantId", t.name as "tenantName", s.access,
      s.status, split_part(s.status_reason, chr(10), 1) as "statusReason", s.scale_tier as tier, s.wakes,
      s.request_limits as limits,
      array(select d.domain from service_domain d where d.service_id = s.id and d.status = 'active') as domains,
      split_part(s.wake_failure, chr(10), 1) as failure,
      s.service_type = 'shiny' or coalesce((active.spec ->> 'sessionStickiness')::boolean, false) as "isSticky",
      ${instances(sql`i.revision = s.active_revision and i.draining_since is null`)} as instances,
      ${instances(sql`r.status = 'draining' or i.draining_since is not null`)} as draining
    from service s
    join tenant t on t.id = s.tenant_id
    left join service_revision active on active.service_id = s.id and active.revision = s.active_revision
    left join service_instance i
      on i.service_id = s.id and i.status = 'ready' and i.host is not null and i.port is not null
      and s.status not in ('DELETING', 'DELETE_FAILED')
    left join service_revision r on r.service_id = i.service_id and r.revision = i.revision
    group by s.id, t.name, active.service_id, active.revision
    order by s.id`.execute(db)
  return rows.map(({ tier, wakes, failure, instances: ready, ...route }) =>
    tier === 'awake' || route.status === 'DELETING' || route.status === 'DELETE_FAILED'
      ? { ...route, instances: ready, sleep: null }
      : { ...route, instances: [], sleep: { tier, wakes, failure, instances: ready } },
  )
}

interface RouteRow extends Omit<ServiceRoute, 'sleep'> {
  readonly tier: ScaleTier
  readonly wakes: number
  readonly failure: string | null
}
