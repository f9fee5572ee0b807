import type { ExecutionDetails } from '@cairn/sdk'
import { useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { CircleStop, RotateCcw } from 'lucide-react'
import type { ReactElement } from 'react'
import { ConfirmButton } from '../../components/confirm-button.tsx'
import { useToast } from '../../components/toasts.tsx'
import { useClient } from '../../session/client-context.ts'

/** Stop of a run that goes on; retries of one that has ended. */
export function RunActions({
  workflowId,
  run: { runId, status },
}: {
  readonly workflowId: number
  readonly run: ExecutionDetails
}): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const navigate = useNavigate()
  const say = useToast()
  const stop = async (): Promise<void> => {
    await client.workflows.stopExecution(workflowId, runId)
    say('The run is being stopped.')
    await queries.invalidateQueries({ queryKey: ['run', runId] })
  }
  const retry = async (from: 'failed' | 'start'): Promise<void> => {
    const { executionId } = await client.workflows.retryExecution(workflowId, runId, { from })
    await navigate({ to: '/workflows/$workflowId/runs/$executionId', params: { workflowId, executionId } })
  }
  if (status === 'Running' || status === 'Stopping') {
    return (
      <ConfirmButton
        needs="run"
        label="Stop"
        icon={CircleStop}
        tone="danger"
        question="Stop this run?"
        onConfirm={stop}
      >
        Its containers are asked to end, and are killed ten seconds later. What succeeded so far is kept for a retry.
      </ConfirmButton>
    )
  }
  return (
    <>
      {status === 'Success' ? null : (
        <ConfirmButton
          needs="run"
          label="Retry from failed"
          icon={RotateCcw}
          tone="primary"
          question="Retry from what failed?"
          onConfirm={() => retry('failed')}
        >
          A new run with the same plan: steps that succeeded keep their outputs and do not run again.
        </ConfirmButton>
      )}
      <ConfirmButton
        needs="run"
        label="Run again"
        icon={RotateCcw}
        question="Run all of it again?"
        onConfirm={() => retry('start')}
      >
        A new run with the plan and parameters of this one, from the start.
      </ConfirmButton>
    </>
  )
}
