import type { ExecutionStatus, StepStatus, WorkflowStatus } from '@cairn/sdk'
import { CircleCheck, CircleDashed, CircleDot, CirclePause, CircleSlash, CircleX, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'

export type ShownStatus = ExecutionStatus | StepStatus | WorkflowStatus

/** How every status looks: an icon and a word, so that colour is never the only sign. */
const looks: Readonly<Record<ShownStatus, readonly [LucideIcon, string]>> = {
  Draft: [CircleDashed, 'text-faint'],
  Available: [CircleCheck, 'text-good'],
  Paused: [CirclePause, 'text-warn'],
  Pending: [CircleDashed, 'text-faint'],
  Queued: [CircleDashed, 'text-warn'],
  Running: [CircleDot, 'text-busy'],
  Stopping: [CircleSlash, 'text-warn'],
  Success: [CircleCheck, 'text-good'],
  Failed: [CircleX, 'text-bad'],
  Skipped: [CircleSlash, 'text-faint'],
  Stopped: [CircleSlash, 'text-warn'],
}

export function StatusBadge({ status }: { readonly status: ShownStatus }): ReactElement {
  const [Icon, tone] = looks[status]
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium ${tone}`}>
      <Icon size={15} aria-hidden />
      {status}
    </span>
  )
}
