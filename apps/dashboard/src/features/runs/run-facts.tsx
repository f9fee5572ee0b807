import type { ExecutionDetails } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { CopyButton } from '../../components/copy-button.tsx'
import { Duration, Moment } from '../../components/moment.tsx'
import { Facts } from '../../components/panel.tsx'
import { shortRunId } from '../workflows/run-table.tsx'

/** How a run goes or went, and what it has to do with other runs. */
export function RunFacts({
  workflowId,
  run,
}: {
  readonly workflowId: number
  readonly run: ExecutionDetails
}): ReactElement {
  const { rerunId, retriedBy, reason, outcomeNote, status } = run
  // That it succeeded or goes on, its badge says.
  const note = status === 'Success' && outcomeNote === 'succeeded' ? null : (reason ?? outcomeNote)
  const other = (executionId: string): ReactElement => (
    <Link
      to="/workflows/$workflowId/runs/$executionId"
      params={{ workflowId, executionId }}
      className="font-mono text-accent hover:underline"
    >
      {shortRunId(executionId)}
    </Link>
  )
  return (
    <>
      {note === null ? null : (
        <p className={`mb-3 [overflow-wrap:anywhere] ${status === 'Failed' ? 'text-bad' : 'text-faint'}`}>{note}</p>
      )}
      <Facts
        entries={[
          ['Started', <Moment key="at" at={run.executedAt} />],
          ['Took', <Duration key="took" from={run.executedAt} to={run.finishedAt} />],
          ['Started by', run.trigger === 'manual' || run.trigger === 'retry' ? run.startedBy : run.trigger],
          [
            'Id',
            <span key="id" className="-my-1.5 inline-flex items-center">
              <span className="font-mono" title={run.runId}>
                …{shortRunId(run.runId)}
              </span>
              <CopyButton text={run.runId} label="Copy the id" />
            </span>,
          ],
          ...(rerunId === null ? [] : [['Retry of', other(rerunId)] as const]),
          ...(retriedBy === null ? [] : [['Retried by', other(retriedBy)] as const]),
        ]}
      />
    </>
  )
}
