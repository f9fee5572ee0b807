import { listPastFirings as list } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf, windowOf } from '../../paging.ts'
import { wireExecutionStatus } from '../../statuses.ts'
import { describeTick } from './read-schedule-history.ts'

const weekMs = 7 * 24 * 3_600_000

export const listPastFirings: Operation<'listPastFirings'> = async ({ database, clock }, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(database.db, caller.tenantId, windowOf(query, clock.now(), weekMs), request)
  return {
    firings: page.items.map(({ workflowId, workflowName, runStatus, ...tick }) => ({
      workflowId,
      workflowName,
      ...describeTick(tick),
      runStatus: runStatus === null ? null : wireExecutionStatus(runStatus),
    })),
    firingsCount: page.total,
    ...pageKeysOf(page, request),
  }
}
