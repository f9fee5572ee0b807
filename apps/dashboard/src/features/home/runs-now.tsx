import type { WorkflowSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Duration } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { Rows } from './rows.tsx'

/** Runs that go on, the longest first. Of a workflow with several, the newest is shown. */
export function RunsNow({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const running = workflows.flatMap(({ id, name, lastExecution }) =>
    lastExecution?.status === 'Running' || lastExecution?.status === 'Stopping'
      ? [{ id, name, run: lastExecution }]
      : [],
  )
  const rows = running
    .toSorted((left, right) => left.run.executedAt.localeCompare(right.run.executedAt))
    .map(({ id, name, run: { executionId, status, executedAt } }) => ({
      key: executionId,
      content: (
        <>
          <StatusIcon status={status} />
          <Link
            to="/workflows/$workflowId/runs/$executionId"
            params={{ workflowId: id, executionId }}
            className="row-link min-w-0 flex-1 truncate font-medium"
          >
            {name}
          </Link>
          <span className="text-[13px] text-faint">
            for <Duration from={executedAt} to={null} />
          </span>
        </>
      ),
    }))
  return (
    <Panel title="Runs now">
      <Rows rows={rows} none="Nothing runs." />
    </Panel>
  )
}
