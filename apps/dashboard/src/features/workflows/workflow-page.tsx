import type { WorkflowDetails } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { History, Pencil, Play } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button, ButtonLink } from '../../components/button.tsx'
import { Code } from '../../components/empty-state.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Reading } from '../../components/reading.tsx'
import { SnippetButton } from '../../components/snippet-button.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { type Tab, Tabs } from '../../components/tabs.tsx'
import { useClient } from '../../session/client-context.ts'
import { RunDialog } from './run-dialog.tsx'
import { RunGrid } from './run-grid.tsx'
import { Triggers } from './triggers.tsx'
import { Watchers } from './watchers.tsx'
import { WorkflowOverview } from './workflow-overview.tsx'
import { runListQuery, workflowQuery } from './workflow-queries.ts'
import type { WorkflowTab } from './workflow-search.ts'

function tabsOf({ triggers, watchers }: WorkflowDetails): readonly Tab<WorkflowTab>[] {
  return [
    { id: 'overview', label: 'Overview' },
    { id: 'grid', label: 'Steps by runs' },
    { id: 'triggers', label: 'Triggers', count: triggers.length },
    { id: 'watchers', label: 'Watchers', count: watchers.length },
    { id: 'definition', label: 'Definition' },
  ]
}

function Content({ workflow }: { readonly workflow: WorkflowDetails }): ReactElement {
  const { tab = 'overview' } = useSearch({ from: '/workflows/$workflowId' })
  const navigate = useNavigate()
  const client = useClient()
  const runs = useQuery(runListQuery(client, workflow.id))
  const shown = {
    overview: () => <WorkflowOverview workflow={workflow} runs={runs} />,
    grid: () => <Reading of={runs}>{(list) => <RunGrid workflowId={workflow.id} runs={list} />}</Reading>,
    triggers: () => <Triggers workflow={workflow} />,
    watchers: () => <Watchers workflow={workflow} />,
    definition: () => <Code text={JSON.stringify(workflow, null, 2)} />,
  } as const
  return (
    <Tabs
      name="Of the workflow"
      tabs={tabsOf(workflow)}
      selected={tab}
      onSelect={(next) => void navigate({ to: '.', search: { tab: next }, replace: true })}
    >
      {shown[tab]()}
    </Tabs>
  )
}

export function WorkflowPage(): ReactElement {
  const { workflowId } = useParams({ from: '/workflows/$workflowId' })
  const client = useClient()
  const reading = useQuery(workflowQuery(client, workflowId))
  const [isAsking, setAsking] = useState(false)
  const { data } = reading
  return (
    <>
      <PageHeader
        title={data?.name ?? `Workflow ${workflowId}`}
        crumbs={[{ label: 'Workflows', link: { to: '/workflows' } }]}
        badge={data === undefined ? null : <StatusBadge status={data.status} isPill />}
      >
        <ButtonLink
          link={{ to: '/workflows/$workflowId/revisions', params: { workflowId } }}
          needs="read"
          icon={History}
        >
          Revisions
        </ButtonLink>
        <ButtonLink link={{ to: '/workflows/$workflowId/edit', params: { workflowId } }} needs="write" icon={Pencil}>
          Edit
        </ButtonLink>
        <Button needs="run" tone="primary" icon={Play} disabled={data === undefined} onClick={() => setAsking(true)}>
          Run
        </Button>
        <SnippetButton
          snippets={{
            api: `POST /workflows/api/v1/workflows/${workflowId}/execute {}`,
            cli: `cairn workflows run ${workflowId}`,
            sdk: `const { executionId } = await client.workflows.executeWorkflow(${workflowId})`,
          }}
        />
      </PageHeader>
      <Reading of={reading}>{(workflow) => <Content workflow={workflow} />}</Reading>
      {isAsking && data !== undefined ? <RunDialog workflow={data} onClose={() => setAsking(false)} /> : null}
    </>
  )
}
