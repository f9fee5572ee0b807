import type { WorkflowSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Plus, Workflow } from 'lucide-react'
import type { ReactElement } from 'react'
import { ButtonLink } from '../../components/button.tsx'
import type { Column } from '../../components/data-table.tsx'
import { EmptyState } from '../../components/empty-state.tsx'
import { ListTable } from '../../components/list-table.tsx'
import type { ListFilter } from '../../components/rows-like.ts'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { RunBars } from './run-bars.tsx'
import { nextFiring } from './next-firing.ts'
import { mostWorkflows, workflowListQuery } from './workflow-queries.ts'

const columns: readonly Column<WorkflowSummary>[] = [
  {
    id: 'name',
    label: 'Name',
    sortBy: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link to="/workflows/$workflowId" params={{ workflowId: id }} className="row-link font-medium hover:underline">
        {name}
      </Link>
    ),
  },
  {
    id: 'last',
    label: 'Last run',
    sortBy: ({ lastExecution }) => lastExecution?.status ?? '',
    cell: ({ lastExecution }) =>
      lastExecution === undefined ? (
        <span className="text-faint">Never ran</span>
      ) : (
        <StatusBadge status={lastExecution.status} />
      ),
  },
  {
    id: 'runs',
    label: 'Runs, newest right',
    from: 'sm',
    cell: ({ id, recentRuns = [] }) => <RunBars workflowId={id} runs={recentRuns} size="small" />,
  },
  {
    id: 'ran',
    label: 'Ran',
    sortBy: ({ lastExecution }) => lastExecution?.executedAt ?? '',
    cell: ({ lastExecution }) => <Moment at={lastExecution?.executedAt ?? null} />,
  },
  {
    id: 'next',
    label: 'Fires next',
    from: 'sm',
    sortBy: (workflow) => nextFiring(workflow) ?? '~',
    cell: (workflow) =>
      workflow.status === 'Paused' ? <StatusBadge status="Paused" /> : <Moment at={nextFiring(workflow)} />,
  },
  {
    id: 'changed',
    label: 'Changed',
    from: 'md',
    sortBy: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <Moment at={updatedAt} />,
  },
]

const choices = [
  ['', 'Any last run'],
  ['Running', 'Running'],
  ['Success', 'Succeeded'],
  ['Failed', 'Failed'],
  ['Stopped', 'Stopped'],
  ['never', 'Never ran'],
] as const

const filter: ListFilter<WorkflowSummary> = {
  label: 'Last run',
  choices,
  of: ({ lastExecution }) => lastExecution?.status ?? 'never',
}

const sample = `name: hello
steps:
  greet:
    type: http
    method: get
    url: https://example.com
    parents: []`

export function WorkflowsPage(): ReactElement {
  const client = useClient()
  const reading = useQuery(workflowListQuery(client))
  return (
    <>
      <PageHeader title="Workflows">
        <ButtonLink link={{ to: '/workflows/new' }} needs="write" tone="primary" icon={Plus}>
          New workflow
        </ButtonLink>
        <SnippetButton
          snippets={{
            api: 'GET /workflows/api/v1/workflows/',
            cli: 'cairn workflows list',
            sdk: 'const workflows = await client.workflows.listWorkflows().all()',
          }}
        />
      </PageHeader>
      <Reading of={reading}>
        {(workflows) =>
          workflows.length === 0 ? (
            <EmptyState
              icon={Workflow}
              title="No workflow yet"
              text="A workflow runs steps in containers, in the order that they depend on each other: by hand, by time or by a call."
              sample={{ fileName: 'workflow.yaml', content: sample }}
              command="cairn workflows create workflow.yaml"
            >
              <ButtonLink link={{ to: '/workflows/new' }} needs="write" icon={Plus}>
                Make one here
              </ButtonLink>
            </EmptyState>
          ) : (
            <ListTable
              name="Workflows"
              columns={columns}
              rows={workflows}
              rowKey={({ id }) => String(id)}
              textOf={({ name }) => name}
              filter={filter}
              readAtMost={mostWorkflows}
            />
          )
        }
      </Reading>
    </>
  )
}
