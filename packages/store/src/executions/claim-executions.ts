/**
 * Who owns a run. `execution.owner` is the engine process that may write its events; null = nobody's.
 *
 * Lock order: engine_process before execution. A claim holds its own process row FOR KEY SHARE, so a process that is being
 * declared dead claims nothing; runs are taken with SKIP LOCKED, so claims wait for nothing else.
 */
import type { RunParameters } from '@cairn/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { prepared } from '../database/prepared.ts'

export interface ClaimedExecution {
  readonly id: string
  readonly tenantId: string
  readonly tenantName: string
  readonly workflowId: number
  readonly planId: number
  readonly parameters: RunParameters
  /** A process owned the run before, or events were inserted with it. */
  readonly hasEvents: boolean
  /** Who asked that the run be stopped, before the claim; null = nobody did. */
  readonly stop: { readonly by: string; readonly reason: string | null } | null
}

/** Takes up to `limit` runs that nobody owns, oldest first. Index: execution_unowned. */
export function claimExecutions(db: Db, ownerId: string, limit: number): Promise<ClaimedExecution[]> {
  return claimWhere(db, ownerId, { name: 'claim-executions', limit, condition: sql`true` })
}

/**
 * As {@link claimExecutions}, of the runs that are to be stopped: they need not wait behind those that are to run. Index:
 * execution_stop_requested.
 */
export function claimStoppedExecutions(db: Db, ownerId: string, limit: number): Promise<ClaimedExecution[]> {
  return claimWhere(db, ownerId, {
    name: 'claim-stopped-executions',
    limit,
    condition: sql`stop_requested_at is not null`,
  })
}

async function claimWhere(
  db: Db,
  ownerId: string,
  of: { readonly name: string; readonly limit: number; readonly condition: RawBuilder<unknown> },
): Promise<ClaimedExecution[]> {
  const { rows } = await prepared<ClaimedExecution>(
    of.name,
    sql`
    with fence as materialized (
      select id from engine_process where id = ${ownerId} and alive for key share
    ), candidate as (
      select id, status from execution
      where owner is null and status in ('queued', 'running', 'stopping') and ${of.condition}
        and exists (select from fence)
      order by created_at
      limit ${of.limit}
      for update skip locked
    )
    update execution set owner = fence.id, status = case execution.status when 'queued' then 'running' else execution.status end
    from fence, candidate, tenant
    where execution.id = candidate.id and tenant.id = execution.tenant_id
    returning execution.id, tenant_id as "tenantId", tenant.name as "tenantName", workflow_id as "workflowId",
      plan_id as "planId", parameters, candidate.status <> 'queued' or seeded as "hasEvents",
      case when stop_requested_at is not null
        then json_build_object('by', stop_requested_by, 'reason', stop_reason) end as stop`,
  ).execute(db)
  return rows
}

/** Makes the live runs of dead processes claimable; answers how many. Index: execution_owned. */
export async function releaseOrphanedExecutions(db: Db): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    with orphan as (
      select execution.id from execution join engine_process on engine_process.id = execution.owner
      where not engine_process.alive and execution.status in ('queued', 'running', 'stopping')
      for update of execution skip locked
    )
    update execution set owner = null from orphan where execution.id = orphan.id returning execution.id`.execute(db)
  return rows.length
}

/** Live runs that no process owns; for `/metrics` and readiness. */
export async function countUnownedExecutions(db: Db): Promise<number> {
  const { rows } = await sql<{ waiting: number }>`
    select count(*) as waiting from execution
    where owner is null and status in ('queued', 'running', 'stopping')`.execute(db)
  return rows[0]?.waiting ?? 0
}
