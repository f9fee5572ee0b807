import type { WorkflowSummary } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import type { ReactElement, ReactNode } from 'react'
import { Moment } from '../../components/moment.tsx'
import { PageHeader } from '../../components/page-header.tsx'
import { Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { SkeletonBlock } from '../../components/skeleton.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { useClient } from '../../session/client-context.ts'
import { workflowListQuery } from '../workflows/workflow-queries.ts'
import { nextFiring } from '../workflows/workflows-page.tsx'

const mostShown = 8

function Rows({ rows, none }: { readonly rows: readonly ReactNode[]; readonly none: string }): ReactElement {
  if (rows.length === 0) return <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">{none}</p>
  return (
    <ul className="divide-y divide-line rounded-lg border border-line bg-surface">
      {rows.map((row, at) => (
        <li key={at} className="relative flex items-center gap-3 px-4 py-2.5 hover:bg-raised/60">
          {row}
        </li>
      ))}
    </ul>
  )
}

function Lead({ id, name }: Pick<WorkflowSummary, 'id' | 'name'>): ReactElement {
  return (
    <Link
      to="/workflows/$workflowId"
      params={{ workflowId: id }}
      className="row-link min-w-0 flex-1 truncate font-medium"
    >
      {name}
    </Link>
  )
}

function Overview({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const lastWas = (status: string): readonly WorkflowSummary[] =>
    workflows.filter(({ lastExecution }) => lastExecution?.status === status)
  const failing = lastWas('Failed')
  const firing = workflows
    .filter((workflow) => workflow.status !== 'Paused' && nextFiring(workflow) !== null)
    .toSorted((left, right) => (nextFiring(left) ?? '').localeCompare(nextFiring(right) ?? ''))
  const withLast = (workflow: WorkflowSummary): ReactNode => (
    <>
      {workflow.lastExecution === undefined ? null : <StatusIcon status={workflow.lastExecution.status} />}
      <Lead {...workflow} />
      <span className="text-[13px] text-faint">
        <Moment at={workflow.lastExecution?.executedAt ?? null} />
      </span>
    </>
  )
  return (
    <>
      <Panel title="Needs attention">
        {failing.length === 0 ? (
          <p className="flex items-center gap-2 rounded-lg border border-line bg-surface px-4 py-3">
            <CircleCheck size={16} aria-hidden className="text-good" />
            The last run of no workflow failed.
          </p>
        ) : (
          <Rows rows={failing.map(withLast)} none="" />
        )}
      </Panel>
      <div className="grid gap-x-6 lg:grid-cols-2">
        <Panel title="Runs now">
          <Rows rows={lastWas('Running').map(withLast)} none="Nothing runs." />
        </Panel>
        <Panel title="Fires next">
          <Rows
            rows={firing.slice(0, mostShown).map((workflow) => (
              <>
                <Lead {...workflow} />
                <Moment at={nextFiring(workflow)} />
              </>
            ))}
            none="No schedule."
          />
        </Panel>
      </div>
    </>
  )
}

export function HomePage(): ReactElement {
  const client = useClient()
  const reading = useQuery(workflowListQuery(client))
  return (
    <>
      <PageHeader title="Home" />
      <Reading of={reading} skeleton={<SkeletonBlock height={320} />}>
        {(workflows) => <Overview workflows={workflows} />}
      </Reading>
    </>
  )
}
