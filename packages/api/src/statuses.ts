import type { ExecutionStatus, StoredExecutionStatus } from '@cairn/contract'

const wireStatuses = {
  waiting: 'Running',
  queued: 'Running',
  running: 'Running',
  stopping: 'Stopping',
  success: 'Success',
  failed: 'Failed',
  stopped: 'Stopped',
} as const satisfies Record<StoredExecutionStatus, ExecutionStatus>

/** The status that callers see; a run that waits for an engine counts as running. */
export function wireExecutionStatus(status: StoredExecutionStatus): ExecutionStatus {
  return wireStatuses[status]
}

/** The stored statuses behind a filter of wire ones; undefined stays undefined. */
export function storedExecutionStatuses(
  wanted: readonly ExecutionStatus[] | undefined,
): readonly StoredExecutionStatus[] | undefined {
  if (wanted === undefined) return undefined
  const all = Object.keys(wireStatuses) as StoredExecutionStatus[]
  return all.filter((status) => wanted.includes(wireStatuses[status]))
}
