/** The readings of workflows and their runs, shared by the screens that show them. */
import type { CairnClient } from '@cairn/sdk'
import { queryOptions } from '@tanstack/react-query'
import { refreshMs, refreshOf } from '../../live/refresh.ts'

/** No more workflows are read at once. */
export const mostWorkflows = 500
/** Runs of a workflow that its page shows. */
export const mostRuns = 50

/** Newest runs with which each workflow of the list comes. */
export const mostRecentRuns = 20

export function workflowListQuery(client: CairnClient) {
  return queryOptions({
    queryKey: ['workflow', 'list'],
    queryFn: ({ signal }) =>
      client.workflows
        .listWorkflows({ recentRuns: mostRecentRuns, pageSize: mostWorkflows }, { signal })
        .all({ limit: mostWorkflows }),
    refetchInterval: refreshMs.resting,
  })
}

export function workflowQuery(client: CairnClient, workflowId: number) {
  return queryOptions({
    queryKey: ['workflow', workflowId],
    queryFn: ({ signal }) => client.workflows.describeWorkflow(workflowId, { signal }),
    refetchInterval: refreshMs.resting,
  })
}

export function runListQuery(client: CairnClient, workflowId: number) {
  return queryOptions({
    queryKey: ['run', 'list', workflowId],
    queryFn: ({ signal }) => client.workflows.listExecutions(workflowId, { count: mostRuns }, { signal }).all(),
    refetchInterval: ({ state }) => refreshOf(state.data?.some(({ finishedAt }) => finishedAt === null)),
  })
}

export function runQuery(client: CairnClient, workflowId: number, executionId: string) {
  return queryOptions({
    queryKey: ['run', executionId],
    queryFn: ({ signal }) => client.workflows.getExecutionDetails(workflowId, executionId, { signal }),
    refetchInterval: ({ state }) => refreshOf(state.data?.finishedAt === null),
  })
}
