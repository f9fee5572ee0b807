import type { WorkflowSummary } from '@cairn/sdk'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { nextFiring } from '../workflows/next-firing.ts'
import { Rows } from './rows.tsx'

const mostShown = 8

/** Schedules by when they fire next. */
export function FiresNext({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const rows = workflows
    .flatMap((workflow) => {
      const at = workflow.status === 'Paused' ? null : nextFiring(workflow)
      return at === null ? [] : [{ ...workflow, at }]
    })
    .toSorted((left, right) => Date.parse(left.at) - Date.parse(right.at))
    .slice(0, mostShown)
    .map(({ id, name, at, triggers }) => ({
      key: String(id),
      name: (
        <Link
          to="/workflows/$workflowId"
          params={{ workflowId: id }}
          search={{ tab: 'triggers' }}
          className="row-link hover:underline"
        >
          {name}
        </Link>
      ),
      note: <code className="font-mono text-[12.5px]">{triggers.find(({ scheduled }) => scheduled === at)?.cron}</code>,
      aside: <Moment at={at} />,
    }))
  return (
    <Panel title="Fires next">
      <Rows rows={rows} none="No workflow has a schedule." />
    </Panel>
  )
}
