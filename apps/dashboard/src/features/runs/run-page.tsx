import type { ExecutionDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Duration, Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Facts } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { runQuery, workflowQuery } from '../workflows/workflow-queries.ts'
import { shortRunId } from '../workflows/run-table.tsx'
import { RunActions } from './run-actions.tsx'
import { StepLog } from './step-log.tsx'
import { StepTable } from './step-table.tsx'

/** The step that whoever opens the page most likely wants to see. */
function firstToSee({ steps }: ExecutionDetails): string | null {
  const wanted = ['Failed', 'Running', 'Stopped', 'Queued']
  const found = wanted.flatMap((status) => steps.filter((step) => step.status === status))
  return (found[0] ?? steps[0])?.name ?? null
}

function Run({ workflowId, run }: { readonly workflowId: number; readonly run: ExecutionDetails }): ReactElement {
  const search = useSearch({ from: '/workflows/$workflowId/runs/$executionId' })
  const navigate = useNavigate()
  const step = search.step ?? firstToSee(run)
  return (
    <>
      <Facts
        entries={[
          ['Started', <Moment key="at" at={run.executedAt} />],
          ['Took', <Duration key="took" from={run.executedAt} to={run.finishedAt} />],
          ['By', run.startedBy],
          ['Trigger', run.trigger],
        ]}
      />
      <p className={`-mt-3 mb-5 [overflow-wrap:anywhere] ${run.status === 'Failed' ? 'text-bad' : 'text-faint'}`}>
        {run.reason ?? run.outcomeNote ?? 'The run goes on.'}
      </p>
      <div className="mb-6">
        <StepTable
          steps={run.steps}
          selected={step}
          onSelect={(name) => void navigate({ to: '.', search: { ...search, step: name }, replace: true })}
        />
      </div>
      {step === null ? null : <StepLog workflowId={workflowId} executionId={run.runId} stepName={step} key={step} />}
    </>
  )
}

export function RunPage(): ReactElement {
  const { workflowId, executionId } = useParams({ from: '/workflows/$workflowId/runs/$executionId' })
  const client = useClient()
  const workflow = useQuery(workflowQuery(client, workflowId))
  const reading = useQuery(runQuery(client, workflowId, executionId))
  const { data } = reading
  const name = workflow.data?.name ?? `Workflow ${workflowId}`
  return (
    <>
      <PageHeader
        title={`Run ${shortRunId(executionId)}`}
        crumbs={[
          { label: 'Workflows', link: { to: '/workflows' } },
          { label: name, link: { to: '/workflows/$workflowId', params: { workflowId } } },
        ]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
      >
        <SnippetButton
          snippets={{
            api: `GET /workflows/api/v1/workflows/${workflowId}/executions/${executionId}`,
            cli: `cairn runs describe ${executionId}`,
            sdk: `const run = await client.workflows.getExecutionDetails(${workflowId}, '${executionId}')`,
          }}
        />
        {data === undefined ? null : <RunActions workflowId={workflowId} run={data} />}
      </PageHeader>
      <Reading of={reading}>{(run) => <Run workflowId={workflowId} run={run} />}</Reading>
    </>
  )
}
