import type { ExecutionDetails, ExecutionSummary } from '@cairn/sdk'
import { queryOptions, useQueries } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { StatusIcon } from '../../components/status-badge.tsx'
import { fullTime } from '../../format/time.ts'
import { refreshMs } from '../../live/refresh.ts'
import { useClient } from '../../session/client-context.ts'

const mostRuns = 20

/** Steps by the runs that they were in, so that one that fails now and then is a row of crosses. */
export function RunGrid({
  workflowId,
  runs,
}: {
  readonly workflowId: number
  readonly runs: readonly ExecutionSummary[]
}): ReactElement {
  const client = useClient()
  const shown = runs.slice(0, mostRuns).toReversed()
  const readings = useQueries({
    queries: shown.map(({ executionId, finishedAt }) =>
      queryOptions({
        queryKey: ['run', executionId],
        queryFn: ({ signal }) => client.workflows.getExecutionDetails(workflowId, executionId, { signal }),
        staleTime: finishedAt === null ? 0 : Infinity,
        refetchInterval: finishedAt === null ? refreshMs.running : false,
      }),
    ),
  })
  const details = readings.map(({ data }) => data)
  const names = [...new Set(details.flatMap((run) => run?.steps.map(({ name }) => name) ?? []))]
  if (shown.length === 0) return <p className="text-faint">It has not run in the last 90 days.</p>
  return (
    <div
      role="region"
      aria-label="Steps by runs"
      tabIndex={0}
      className="overflow-x-auto rounded-lg border border-line bg-surface"
    >
      <table className="border-collapse text-[13px]">
        <thead className="text-[12px] text-faint">
          <tr>
            <th scope="col" className="sticky left-0 bg-surface px-3 py-2 text-left font-medium">
              Step
            </th>
            {shown.map((run) => (
              <RunHead key={run.executionId} workflowId={workflowId} run={run} />
            ))}
          </tr>
        </thead>
        <tbody>
          {names.map((name) => (
            <GridRow key={name} name={name} workflowId={workflowId} runs={details} />
          ))}
        </tbody>
      </table>
    </div>
  )
}

function RunHead({
  workflowId,
  run: { executionId, executedAt, status },
}: {
  readonly workflowId: number
  readonly run: ExecutionSummary
}): ReactElement {
  const when = fullTime(Date.parse(executedAt))
  return (
    <th scope="col" className="px-1 py-2 font-medium" title={when}>
      <Link
        to="/workflows/$workflowId/runs/$executionId"
        params={{ workflowId, executionId }}
        aria-label={`Run of ${when}`}
        className="inline-flex size-6 items-center justify-center rounded hover:bg-raised"
      >
        <StatusIcon status={status} />
      </Link>
    </th>
  )
}

function GridRow({
  name,
  workflowId,
  runs,
}: {
  readonly name: string
  readonly workflowId: number
  readonly runs: readonly (ExecutionDetails | undefined)[]
}): ReactElement {
  return (
    <tr className="border-t border-line">
      <th scope="row" className="sticky left-0 max-w-48 truncate bg-surface px-3 py-1 text-left font-medium">
        {name}
      </th>
      {runs.map((run, at) => {
        const step = run?.steps.find((each) => each.name === name)
        return (
          <td key={run?.runId ?? at} className="px-1 py-0.5 text-center">
            {run === undefined || step === undefined ? null : (
              <Link
                to="/workflows/$workflowId/runs/$executionId"
                params={{ workflowId, executionId: run.runId }}
                search={{ step: name }}
                title={step.reason ?? undefined}
                className="inline-flex size-6 items-center justify-center rounded hover:bg-raised"
              >
                <StatusIcon status={step.status} />
              </Link>
            )}
          </td>
        )
      })}
    </tr>
  )
}
