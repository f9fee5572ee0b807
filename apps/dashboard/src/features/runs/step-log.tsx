import { type ReactElement, useCallback } from 'react'
import { type FollowLog, LogView } from '../../components/log-view.tsx'
import { useClient } from '../../session/client-context.ts'

export function StepLog({
  workflowId,
  executionId,
  stepName,
}: {
  readonly workflowId: number
  readonly executionId: string
  readonly stepName: string
}): ReactElement {
  const client = useClient()
  const follow = useCallback<FollowLog>(
    (signal) => client.workflows.followExecutionLogs(workflowId, executionId, { stepName, signal }),
    [client, workflowId, executionId, stepName],
  )
  return <LogView name={`Log of ${stepName}`} follow={follow} />
}
