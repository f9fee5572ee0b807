import type { ExecutionStep } from '@cairn/sdk'
import { type ReactElement, useMemo } from 'react'
import { LogPanel } from '../../components/log/log-panel.tsx'
import { Duration } from '../../components/moment.tsx'
import { saveDownload } from '../../components/save-stream.ts'
import { StatusBadge } from '../../components/status-badge.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { useChange } from '../../components/use-change.ts'
import { useClient } from '../../session/client-context.ts'
import { DecisionList } from './decision-list.tsx'
import { ParameterTables } from './parameter-tables.tsx'
import { readLiveLog, readWholeLog, type StepKey } from './read-run-log.ts'
import type { RunSearch } from './run-search.ts'

const live: readonly string[] = ['Pending', 'Queued', 'Running']

function StepLog({
  stepKey,
  hasEnded,
  line,
  onChooseLine,
}: {
  readonly stepKey: StepKey
  readonly hasEnded: boolean
  readonly line: number | null
  readonly onChooseLine: (line: number) => void
}): ReactElement {
  const client = useClient()
  const { workflowId, executionId, stepName } = stepKey
  // A log that was followed stays: only one that is opened after the end is read as a file.
  const read = useMemo(() => {
    const key = { workflowId, executionId, stepName }
    return hasEnded ? readWholeLog(client, key) : readLiveLog(client, key)
  }, [client, workflowId, executionId, stepName])
  const save = useChange({
    change: async () => {
      const log = await client.workflows.downloadExecutionLogs(workflowId, executionId, { stepName })
      await saveDownload(log, `${executionId}-${stepName}.log`)
    },
    keys: [],
    said: null,
  })
  return (
    <LogPanel
      name={`Log of ${stepName}`}
      read={read}
      line={line}
      onChooseLine={onChooseLine}
      onDownload={() => save.mutate(undefined)}
    />
  )
}

/** What there is to know of one step of a run. */
export function StepPanel({
  workflowId,
  executionId,
  step,
  search,
  onSearch,
}: {
  readonly workflowId: number
  readonly executionId: string
  readonly step: ExecutionStep
  readonly search: RunSearch
  readonly onSearch: (search: RunSearch) => void
}): ReactElement {
  const { name, status, startedAt, finishedAt, reason, image, attempt } = step
  const tab = search.tab ?? 'log'
  const more = [...(attempt > 1 ? [`attempt ${attempt}`] : []), ...(image === null ? [] : [image])]
  return (
    <section aria-label={`Step ${name}`}>
      <div className="mb-1 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">{name}</h2>
        <StatusBadge status={status} />
        <span className="text-[13px] text-faint">
          {startedAt === null ? null : <Duration from={startedAt} to={finishedAt} />}
          {startedAt !== null && more.length > 0 ? ' · ' : ''}
          {more.join(' · ')}
        </span>
      </div>
      {reason === null ? null : (
        <p className={`mb-1 [overflow-wrap:anywhere] ${status === 'Failed' ? 'text-bad' : 'text-faint'}`}>{reason}</p>
      )}
      <Tabs
        name="Of the step"
        tabs={[
          { id: 'log', label: 'Log' },
          { id: 'parameters', label: 'Parameters', count: step.input.length + Object.keys(step.output).length },
          { id: 'why', label: 'Why', count: step.decisions.length },
        ]}
        selected={tab}
        onSelect={(next) => onSearch({ ...search, step: name, tab: next })}
      >
        {tab === 'log' ? (
          <StepLog
            key={name}
            stepKey={{ workflowId, executionId, stepName: name }}
            hasEnded={!live.includes(status)}
            line={search.line ?? null}
            onChooseLine={(line) => onSearch({ ...search, step: name, line })}
          />
        ) : tab === 'parameters' ? (
          <ParameterTables step={step} />
        ) : (
          <DecisionList decisions={step.decisions} />
        )}
      </Tabs>
    </section>
  )
}
