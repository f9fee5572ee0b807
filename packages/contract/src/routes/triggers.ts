import type { Route } from '../route.ts'
import { PastFiringsPage, PastFiringsQuery, ScheduleCalendarPage, ScheduleCalendarQuery } from '../schemas/calendar.ts'
import { ExecutionStarted } from '../schemas/execution.ts'
import { ScheduleHistoryPage, ScheduleHistoryQuery, WebhookParams, WebhookPayload } from '../schemas/trigger.ts'
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
  listScheduleCalendar: {
    method: 'GET',
    path: '/system/api/v1/calendar',
    summary: 'List when the schedules of all workflows fire, by the names of the workflows',
    tag: 'Workflows',
    auth: 'token',
    query: ScheduleCalendarQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: ScheduleCalendarPage },
    errors: ['invalid_request'],
    added: true,
  },
  listPastFirings: {
    method: 'GET',
    path: '/system/api/v1/calendar/past',
    summary: 'List what became of the times of all schedules, newest first',
    tag: 'Workflows',
    auth: 'token',
    query: PastFiringsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: PastFiringsPage },
    errors: ['invalid_request'],
    added: true,
  },
  callWebhook: {
    method: 'POST',
    path: '/workflows/api/v1/hooks/{webhook}',
    summary: 'Start a run by a webhook',
    tag: 'Workflows',
    auth: 'webhook',
    params: WebhookParams,
    body: WebhookPayload,
    bodyKind: 'bytes',
    response: { kind: 'json', status: 202, schema: ExecutionStarted },
    errors: [
      'invalid_request',
      'unknown_reference',
      'invalid_signature',
      'not_found',
      'already_running',
      'replayed',
      'payload_too_large',
      'queue_full',
    ],
    added: true,
  },
} as const satisfies Record<string, Route>
