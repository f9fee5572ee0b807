import type { ExecutionStatus, RevisionStatus, ServiceStatus, StepStatus, WorkflowStatus } from '@cairn/sdk'
import { CircleCheck, CircleDashed, CircleDot, CirclePause, CircleSlash, CircleX, type LucideIcon } from 'lucide-react'
import type { ReactElement } from 'react'

export type ShownStatus = ExecutionStatus | StepStatus | WorkflowStatus | ServiceStatus | RevisionStatus

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
  CREATING: [CircleDot, 'text-busy'],
  DEPLOYING: [CircleDot, 'text-busy'],
  AVAILABLE: [CircleCheck, 'text-good'],
  DELETING: [CircleSlash, 'text-warn'],
  CREATE_FAILED: [CircleX, 'text-bad'],
  DELETE_FAILED: [CircleX, 'text-bad'],
  starting: [CircleDot, 'text-busy'],
  active: [CircleCheck, 'text-good'],
  draining: [CirclePause, 'text-warn'],
  removed: [CircleSlash, 'text-faint'],
  failed: [CircleX, 'text-bad'],
}

/** `CREATE_FAILED` reads as `Create failed`. */
function wordOf(status: ShownStatus): string {
  const words = status.toLowerCase().replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

export function StatusBadge({ status }: { readonly status: ShownStatus }): ReactElement {
  const [Icon, tone] = looks[status]
  return (
    <span className={`inline-flex items-center gap-1.5 whitespace-nowrap font-medium ${tone}`}>
      <Icon size={15} aria-hidden />
      {wordOf(status)}
    </span>
  )
}
