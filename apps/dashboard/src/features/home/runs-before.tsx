import type { WorkflowSummary } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Moment } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { durationText } from '../../format/time.ts'
import { Rows } from './rows.tsx'
import { RunLink } from './run-link.tsx'

const mostShown = 10

/** The newest runs that have ended, of all workflows. */
export function RunsBefore({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const rows = workflows
    .flatMap(({ id, name, recentRuns = [] }) =>
      recentRuns.flatMap((run) => (run.finishedAt === null ? [] : [{ ...run, id, name, ended: run.finishedAt }])),
    )
    .toSorted((left, right) => right.ended.localeCompare(left.ended))
    .slice(0, mostShown)
    .map(({ executionId, id, name, status, duration, ended, reason }) => ({
      key: executionId,
      icon: <StatusIcon status={status} />,
      name: <RunLink workflowId={id} executionId={executionId} name={name} />,
      note: reason ?? `took ${durationText(duration * 1000)}`,
      aside: <Moment at={ended} />,
    }))
  return (
    <Panel title="Ended last">
      <Rows rows={rows} none="No run has ended yet." />
    </Panel>
  )
}
