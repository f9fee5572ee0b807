import type { ScheduleTick } from '@cairn/contract'
import { zonedTimestamp } from '@cairn/domain'
import { findWorkflow, listTicks, type StoredTick } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf, windowOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listScheduleHistory: Operation<'listScheduleHistory'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const { workflowId } = params
  if ((await findWorkflow(db, caller.tenantId, workflowId)) === null) throw notFound('workflow', workflowId)
  const request = pageRequestOf(query)
  const filter = {
    workflowId,
    ...windowOf(query, context.clock.now()),
    ...(query.outcomes !== undefined && { outcome: query.outcomes }),
  }
  const page = await listTicks(db, caller.tenantId, filter, request)
  return { workflowId, ticks: page.items.map(describeTick), ticksCount: page.total, ...pageKeysOf(page, request) }
}

export function describeTick(stored: StoredTick): ScheduleTick {
  const { tick, until, cron, timezone, outcome, executionId, reason, recordedAt } = stored
  return {
    scheduledAt: zonedTimestamp(timezone, tick.getTime()),
    until: until === null ? null : zonedTimestamp(timezone, until.getTime()),
    cron,
    timezone,
    outcome,
    executionId,
    reason,
    recordedAt: recordedAt.toISOString(),
  }
}
