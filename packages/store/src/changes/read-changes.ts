import type { ResourceChange, ResourceKind } from '@cairn/contract'
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { type ChangePosition, mostGaps } from './change-position.ts'

/** A change of something that belongs to a tenant. */
export interface TenantChange {
  readonly tenantId: string
  readonly kind: ResourceKind
  readonly id: string
  readonly parentId: string | null
  readonly change: ResourceChange
}

/** Changes read at once; the rest is read next. */
const mostAtOnce = 5000

/** The number of the newest change that is there. Those of open transactions come after it, or are gaps below it. */
export async function readChangePosition(db: Db, nowMs: number): Promise<ChangePosition> {
  const { rows } = await sql<{ id: number }>`
    select id from resource_change where id >= (select max(id) from resource_change) - ${mostGaps}`.execute(db)
  const ids = new Set(rows.map(({ id }) => id))
  const last = Math.max(0, ...ids)
  const gaps = new Map<number, number>()
  for (let id = Math.max(1, last - mostGaps); id < last; id += 1) if (!ids.has(id)) gaps.set(id, nowMs)
  return { last, gaps }
}

/** Changes of all tenants beyond the position, by their numbers. Index: primary key. */
export async function readChanges(
  db: Db,
  { last, gaps }: ChangePosition,
): Promise<readonly (TenantChange & { readonly number: number })[]> {
  const { rows } = await sql<TenantChange & { number: number }>`
    select id as number, tenant_id as "tenantId", kind, resource_id as id, parent_id as "parentId", change
    from resource_change where id > ${last} or id = any(${[...gaps.keys()]}::bigint[])
    order by 1 limit ${mostAtOnce}`.execute(db)
  return rows
}

/** Removes changes that happened before; answers how many. Index: resource_change (at). */
export async function removeOldChanges(db: Db, before: Date): Promise<number> {
  const result = await db.deleteFrom('resource_change').where('at', '<', before).executeTakeFirst()
  return Number(result.numDeletedRows)
}
