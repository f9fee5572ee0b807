import type { WorkflowDetails } from '@cairn/sdk'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useNavigate, useParams } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { type Column, DataTable } from '../../components/data-table.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { RunBars } from './run-bars.tsx'
import { RunTable } from './run-table.tsx'
import { runListQuery, workflowQuery } from './workflow-queries.ts'

type NamedStep = readonly [name: string, step: WorkflowDetails['steps'][string]]

const columns: readonly Column<NamedStep>[] = [
  { id: 'step', label: 'Step', cell: ([name]) => <span className="font-medium">{name}</span> },
  { id: 'type', label: 'Type', cell: ([, { type }]) => type },
  { id: 'image', label: 'Image', cell: ([, { imageName }]) => imageName ?? '–' },
  { id: 'after', label: 'After', cell: ([, { parents }]) => parents.join(', ') || '–' },
]

export function WorkflowPage(): ReactElement {
  const { workflowId } = useParams({ from: '/workflows/$workflowId' })
  const client = useClient()
  const navigate = useNavigate()
  const reading = useQuery(workflowQuery(client, workflowId))
  const runs = useQuery(runListQuery(client, workflowId))
  const start = useMutation({
    mutationFn: () => client.workflows.executeWorkflow(workflowId),
    onSuccess: ({ executionId }) =>
      navigate({ to: '/workflows/$workflowId/runs/$executionId', params: { workflowId, executionId } }),
  })
  const { data } = reading
  return (
    <>
      <PageHeader
        title={data?.name ?? `Workflow ${workflowId}`}
        crumbs={[{ label: 'Workflows', link: { to: '/workflows' } }]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
      >
        <SnippetButton
          snippets={{
            api: `GET /workflows/api/v1/workflows/${workflowId}`,
            cli: `cairn workflows describe ${workflowId}`,
            sdk: `const workflow = await client.workflows.describeWorkflow(${workflowId})`,
          }}
        />
        <Button tone="primary" icon={Play} isBusy={start.isPending} onClick={() => start.mutate()}>
          Run now
        </Button>
      </PageHeader>
      {start.error === null ? null : <ErrorNote error={start.error} className="mb-4" />}
      <Panel title="Steps">
        <Reading of={reading}>
          {({ steps }) => (
            <DataTable name="Steps" columns={columns} rows={Object.entries(steps)} rowKey={([name]) => name} />
          )}
        </Reading>
      </Panel>
      <Panel
        title="Runs"
        actions={runs.data === undefined ? null : <RunBars workflowId={workflowId} runs={runs.data} />}
      >
        <Reading of={runs}>
          {(list) =>
            list.length === 0 ? (
              <p className="text-faint">It has not run in the last 90 days.</p>
            ) : (
              <RunTable workflowId={workflowId} runs={list} />
            )
          }
        </Reading>
      </Panel>
    </>
  )
}
