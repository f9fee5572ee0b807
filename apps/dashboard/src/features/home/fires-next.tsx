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
      content: (
        <>
          <Link
            to="/workflows/$workflowId"
            params={{ workflowId: id }}
            search={{ tab: 'triggers' }}
            className="row-link min-w-0 flex-1 truncate font-medium"
          >
            {name}
          </Link>
          <code className="font-mono text-[12.5px] text-faint max-sm:hidden">
            {triggers.find(({ cron }) => cron !== undefined)?.cron}
          </code>
          <span className="w-24 text-right text-[13px] text-faint">
            <Moment at={at} />
          </span>
        </>
      ),
    }))
  return (
    <Panel title="Fires next">
      <Rows rows={rows} none="No workflow has a schedule." />
    </Panel>
  )
}
