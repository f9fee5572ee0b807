import type { WorkflowSummary } from '@cairn/sdk'
import type { ReactElement } from 'react'
import { Duration } from '../../components/moment.tsx'
import { Panel } from '../../components/panel.tsx'
import { StatusIcon } from '../../components/status-badge.tsx'
import { durationText } from '../../format/time.ts'
import { Rows } from './rows.tsx'
import { RunLink } from './run-link.tsx'
import { usualSeconds } from './usual-seconds.ts'

/** Runs that go on, the longest first. */
export function RunsNow({ workflows }: { readonly workflows: readonly WorkflowSummary[] }): ReactElement {
  const running = workflows.flatMap(({ id, name, recentRuns = [] }) =>
    recentRuns
      .filter(({ finishedAt }) => finishedAt === null)
      .map((run) => ({ ...run, id, name, usual: usualSeconds(recentRuns) })),
  )
  const rows = running
    .toSorted((left, right) => left.executedAt.localeCompare(right.executedAt))
    .map(({ executionId, id, name, status, executedAt, usual }) => ({
      key: executionId,
      icon: <StatusIcon status={status} />,
      name: <RunLink workflowId={id} executionId={executionId} name={name} />,
      note: usual === null ? undefined : `usually takes ${durationText(usual * 1000)}`,
      aside: (
        <>
          for <Duration from={executedAt} to={null} />
        </>
      ),
    }))
  return (
    <Panel title="Runs now">
      <Rows rows={rows} none="Nothing runs." />
    </Panel>
  )
}
