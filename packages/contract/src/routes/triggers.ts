import type { Route } from '../route.ts'
import { ScheduleHistoryPage, ScheduleHistoryQuery } from '../schemas/trigger.ts'
import { WorkflowParams } from '../schemas/workflow.ts'

/** What starts runs by itself. */
export const triggerRoutes = {
  listScheduleHistory: {
    method: 'GET',
    path: '/workflows/api/v1/workflows/{workflowId}/schedule/history',
    summary: 'List what became of the times of a schedule, newest first',
    tag: 'Workflows',
    auth: 'token',
    params: WorkflowParams,
    query: ScheduleHistoryQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: ScheduleHistoryPage },
    errors: ['invalid_request', 'not_found'],
    added: true,
  },
} as const satisfies Record<string, Route>
