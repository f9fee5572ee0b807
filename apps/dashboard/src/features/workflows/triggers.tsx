import type { WorkflowDetails } from '@cairn/sdk'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Pause, Play } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { CopyButton } from '../../components/copy-button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { Moment } from '../../components/moment.tsx'
import { fullTime } from '../../format/time.ts'
import { useClient } from '../../session/client-context.ts'

type Trigger = WorkflowDetails['triggers'][number]

/** Pauses and resumes the schedules of a workflow. */
function PauseButton({ workflow: { id, status } }: { readonly workflow: WorkflowDetails }): ReactElement {
  const client = useClient()
  const queries = useQueryClient()
  const isPaused = status === 'Paused'
  const change = useMutation({
    mutationFn: () => (isPaused ? client.workflows.resumeWorkflow(id) : client.workflows.pauseWorkflow(id)),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['workflow'] }),
  })
  return (
    <>
      <Button
        needs="run"
        isSmall
        icon={isPaused ? Play : Pause}
        isBusy={change.isPending}
        onClick={() => change.mutate()}
      >
        {isPaused ? 'Resume the schedule' : 'Pause the schedule'}
      </Button>
      {change.error === null ? null : <ErrorNote error={change.error} />}
    </>
  )
}

function Schedule({
  trigger,
  workflow,
}: {
  readonly trigger: Trigger
  readonly workflow: WorkflowDetails
}): ReactElement {
  const { cron = '', timezone = 'UTC', nextRuns = [] } = trigger
  return (
    <div className="rounded-lg border border-line bg-surface px-4 py-3">
      <div className="flex flex-wrap items-center gap-3">
        <code className="rounded bg-raised px-2 py-0.5 font-mono">{cron}</code>
        <span className="text-faint">{timezone}</span>
        <div className="ml-auto flex items-center gap-2">
          <PauseButton workflow={workflow} />
        </div>
      </div>
      {workflow.status === 'Paused' ? (
        <p className="mt-2 text-warn">It is paused and does not fire.</p>
      ) : (
        <ol className="mt-2 grid gap-x-6 gap-y-1 text-[13px] sm:grid-cols-2">
          {nextRuns.map((at) => (
            <li key={at} className="flex justify-between gap-3">
              <span>{fullTime(Date.parse(at))}</span>
              <span className="text-faint">
                <Moment at={at} />
              </span>
            </li>
          ))}
        </ol>
      )}
    </div>
  )
}

function Webhook({ token, isSigned }: { readonly token: string; readonly isSigned: boolean }): ReactElement {
  const url = `${globalThis.location.origin}/workflows/api/v1/hooks/${token}`
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-lg border border-line bg-surface px-4 py-2">
      <span className="font-medium">Webhook</span>
      <code className="min-w-0 font-mono text-[12.5px] [overflow-wrap:anywhere]">{url}</code>
      <CopyButton text={url} label="Copy the address" />
      <span className="text-[13px] text-faint">{isSigned ? 'calls must be signed' : 'calls are not signed'}</span>
    </div>
  )
}

/** What starts the workflow by itself. */
export function Triggers({ workflow }: { readonly workflow: WorkflowDetails }): ReactElement {
  const { triggers } = workflow
  if (triggers.every(({ cron, webhook }) => cron === undefined && webhook === undefined)) {
    return (
      <p className="rounded-lg border border-line bg-surface px-4 py-3 text-faint">
        It runs when somebody starts it. A trigger in its file makes it run by time (<code>cron</code>) or by a call (
        <code>webhook</code>).
      </p>
    )
  }
  return (
    <div className="flex flex-col gap-3">
      {triggers.map((trigger, at) =>
        trigger.cron !== undefined ? (
          <Schedule key={at} trigger={trigger} workflow={workflow} />
        ) : trigger.webhook !== undefined ? (
          <Webhook key={at} token={trigger.webhook} isSigned={Boolean(trigger.signingSecret)} />
        ) : null,
      )}
    </div>
  )
}
