import type { BuildStatus, StoredBuildStatus } from '@cairn/contract'

/** What may follow what; a status without followers is final. */
export const buildTransitions = {
  queued: ['running', 'stopping', 'stopped', 'failed'],
  // Back to queued when the engine, not the build, was at fault.
  running: ['running', 'queued', 'success', 'failed', 'stopping', 'stopped'],
  stopping: ['stopped'],
  success: [],
  failed: [],
  stopped: [],
} as const satisfies Record<StoredBuildStatus, readonly StoredBuildStatus[]>

export function isBuildFinished(status: StoredBuildStatus): boolean {
  return buildTransitions[status].length === 0
}

/** The status that callers see: `queued` and `running` are both `building`. */
export function wireBuildStatus(status: StoredBuildStatus): BuildStatus {
  return status === 'queued' || status === 'running' ? 'building' : status
}
