import { useQuery } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { ReadState } from '../../components/states.tsx'
import { refreshMs } from '../../live/intervals.ts'
import { useClient } from '../../session/client-context.ts'

/** The first piece of a step's log, as much as the server answers at once. */
export function StepLog({
  workflowId,
  executionId,
  stepName,
}: {
  readonly workflowId: number
  readonly executionId: string
  readonly stepName: string
}): ReactElement {
  const client = useClient()
  const { data, error } = useQuery({
    queryKey: ['log', workflowId, executionId, stepName],
    queryFn: ({ signal }) => client.workflows.getExecutionLogs(workflowId, executionId, { stepName, signal }),
    refetchInterval: refreshMs.running,
  })
  return (
    <section className="mt-6">
      <h2 className="mb-2 font-semibold">Beginning of the log of {stepName}</h2>
      <ReadState error={error} hasData={data !== undefined} />
      {data === undefined ? null : (
        <pre
          tabIndex={0}
          aria-label={`Log of ${stepName}`}
          className="max-h-[60vh] overflow-auto rounded-lg border border-line bg-raised p-3 font-mono text-[13px]"
        >
          {data.logs.length === 0 ? 'No line yet.' : data.logs.map(({ message }) => message).join('\n')}
        </pre>
      )}
    </section>
  )
}
