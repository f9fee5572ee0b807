/** Starting a run, and with `--wait` staying until its end. */
import type { ExecuteBody } from '@cairn/contract'
import type { Session } from '../../session/session.ts'
import { demandSuccess, waitForRun } from '../../waiting/wait.ts'

interface Choice {
  readonly wait: boolean
  readonly timeout: string | undefined
}

/**
 * Prints the id of a run that was started; with `--wait` how it ended.
 *
 * @throws CliError of exit code 7 when it did not succeed.
 */
export async function followRun(
  session: Session,
  run: { readonly workflowId: number; readonly executionId: string },
  choice: Choice,
): Promise<void> {
  const { executionId } = run
  if (!choice.wait) return session.output.value({ executionId })
  session.output.note(`cairn: run ${executionId} has started`)
  const details = await waitForRun(session, run, choice)
  const { status, outcomeNote, steps } = details
  const shown = steps.map(({ name, status: stepStatus, reason, output }) => ({
    name,
    status: stepStatus,
    reason,
    output,
  }))
  await session.output.value({ executionId, status, outcomeNote, steps: shown })
  demandSuccess(run.workflowId, details)
}

export async function startRun(
  session: Session,
  start: { readonly workflowId: number; readonly body: ExecuteBody },
  choice: Choice,
): Promise<void> {
  const client = await session.client()
  const { executionId } = await client.workflows.executeWorkflow(start.workflowId, start.body, {
    signal: session.signal,
  })
  await followRun(session, { workflowId: start.workflowId, executionId }, choice)
}
