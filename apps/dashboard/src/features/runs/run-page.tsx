import type { ExecutionDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactElement, useMemo } from 'react'
import { LogPanel } from '../../components/log/log-panel.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useClient } from '../../session/client-context.ts'
import { runQuery, workflowQuery } from '../workflows/workflow-queries.ts'
import { shortRunId } from '../workflows/run-table.tsx'
import { DecisionList } from './decision-list.tsx'
import { readRunLog } from './read-run-log.ts'
import { RunActions } from './run-actions.tsx'
import { RunFacts } from './run-facts.tsx'
import type { RunSearch } from './run-search.ts'
import { RunSteps } from './run-steps.tsx'
import { StepPanel } from './step-panel.tsx'

/** Too narrow for a graph that can be read. */
function isNarrow(): boolean {
  return globalThis.matchMedia('(max-width: 640px)').matches
}

/** The step that whoever opens the page most likely wants to see. */
function firstToSee({ steps }: ExecutionDetails): string | null {
  const wanted = ['Failed', 'Running', 'Stopped', 'Queued']
  const found = wanted.flatMap((status) => steps.filter((step) => step.status === status))
  return (found[0] ?? steps[0])?.name ?? null
}

/** The log of all steps. A run that goes on is read as it was when this was opened, and on from there. */
function WholeLog({ workflowId, run }: { readonly workflowId: number; readonly run: ExecutionDetails }): ReactElement {
  const client = useClient()
  const read = useMemo(() => readRunLog(client, workflowId, run), [client, workflowId, run.runId])
  return <LogPanel name="Log of all steps" read={read} />
}

function Run({ workflowId, run }: { readonly workflowId: number; readonly run: ExecutionDetails }): ReactElement {
  const search = useSearch({ from: '/workflows/$workflowId/runs/$executionId' })
  const navigate = useNavigate()
  const change = (next: RunSearch): void => void navigate({ to: '.', search: next, replace: true })
  const view = search.view ?? (isNarrow() ? 'timeline' : 'graph')
  const name = search.step ?? firstToSee(run)
  const step = run.steps.find((each) => each.name === name)
  return (
    <>
      <RunFacts workflowId={workflowId} run={run} />
      <Tabs
        name="Of the run"
        tabs={[
          { id: 'graph', label: 'Graph' },
          { id: 'timeline', label: 'Timeline' },
          { id: 'table', label: 'Table', count: run.steps.length },
          { id: 'log', label: 'Whole log' },
          { id: 'decisions', label: 'Decisions' },
        ]}
        selected={view}
        onSelect={(next) => change({ ...search, view: next })}
      >
        {view === 'log' ? (
          <WholeLog workflowId={workflowId} run={run} />
        ) : view === 'decisions' ? (
          <DecisionList decisions={run.decisions} />
        ) : (
          <RunSteps
            run={run}
            view={view}
            selected={name}
            onSelect={(next) => change({ view, step: next, ...(search.tab !== undefined && { tab: search.tab }) })}
          />
        )}
      </Tabs>
      {step === undefined || view === 'log' || view === 'decisions' ? null : (
        <div className="mt-6">
          <StepPanel workflowId={workflowId} executionId={run.runId} step={step} search={search} onSearch={change} />
        </div>
      )}
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
        {data === undefined ? null : <RunActions workflowId={workflowId} run={data} />}
        <SnippetButton
          snippets={{
            api: `GET /workflows/api/v1/workflows/${workflowId}/executions/${executionId}`,
            cli: `cairn workflows get-execution-details --workflow-id ${workflowId} --execution-id ${executionId}`,
            sdk: `const run = await client.workflows.getExecutionDetails(${workflowId}, '${executionId}')`,
          }}
        />
      </PageHeader>
      <Reading of={reading}>{(run) => <Run workflowId={workflowId} run={run} />}</Reading>
    </>
  )
}
