import type { ExecutionSummary, WorkflowDetails } from '@cairn/sdk'
import type { UseQueryResult } from '@tanstack/react-query'
import { Play } from 'lucide-react'
import { type ReactElement, useMemo, useState } from 'react'
import { Code, EmptyState } from '../../components/empty-state.tsx'
import { Moment } from '../../components/moment.tsx'
import { Facts, Panel } from '../../components/panel.tsx'
import { Reading } from '../../components/reading.tsx'
import { StatusBadge } from '../../components/status-badge.tsx'
import { StepGraph } from '../graph/step-graph.tsx'
import { nextFiring } from './next-firing.ts'
import { RunBars } from './run-bars.tsx'
import { RunTable } from './run-table.tsx'
import { boxesOf } from './workflow-boxes.ts'

/** One step of a workflow as it was written. */
function StepText({
  workflow,
  name,
}: {
  readonly workflow: WorkflowDetails
  readonly name: string
}): ReactElement | null {
  const step = workflow.steps[name]
  if (step === undefined) return null
  return (
    <div className="mt-3">
      <p className="mb-1 font-medium">{name}</p>
      <Code text={JSON.stringify(step, null, 2)} />
    </div>
  )
}

/** What a workflow does and how its runs went. */
export function WorkflowOverview({
  workflow,
  runs,
}: {
  readonly workflow: WorkflowDetails
  readonly runs: UseQueryResult<ExecutionSummary[]>
}): ReactElement {
  const [selected, setSelected] = useState<string | null>(null)
  const boxes = useMemo(() => boxesOf(workflow.steps), [workflow.steps])
  const { id, lastExecution, updatedAt, updatedBy, createdBy, tags, metadata } = workflow
  return (
    <>
      <Facts
        entries={[
          [
            'Last run',
            lastExecution === undefined ? 'never' : <StatusBadge key="last" status={lastExecution.status} />,
          ],
          ['Ran', <Moment key="ran" at={lastExecution?.executedAt ?? null} />],
          ['Fires next', workflow.status === 'Paused' ? 'paused' : <Moment key="next" at={nextFiring(workflow)} />],
          ['Runs at the same time', metadata?.allowConcurrentExecution ? 'allowed' : 'one'],
          ['Changed', <Moment key="changed" at={updatedAt} />],
          ['By', updatedBy ?? createdBy ?? '–'],
          ...(tags.length === 0 ? [] : [['Tags', tags.map(({ name }) => name).join(', ')] as const]),
        ]}
      />
      <Panel title={`${boxes.length} ${boxes.length === 1 ? 'step' : 'steps'}`}>
        <StepGraph
          steps={boxes}
          selected={selected}
          onSelect={(step) => setSelected(step === selected ? null : step)}
        />
        {selected === null ? null : <StepText workflow={workflow} name={selected} />}
      </Panel>
      <Panel title="Runs" actions={runs.data === undefined ? null : <RunBars workflowId={id} runs={runs.data} />}>
        <Reading of={runs}>
          {(list) =>
            list.length === 0 ? (
              <EmptyState
                icon={Play}
                title="It has not run in the last 90 days"
                text="Press Run, or start it from a terminal."
                command={`cairn workflows run ${id}`}
              />
            ) : (
              <RunTable workflowId={id} runs={list} />
            )
          }
        </Reading>
      </Panel>
    </>
  )
}
