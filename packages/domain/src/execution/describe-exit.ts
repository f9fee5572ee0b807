/** Why a container step failed, in words for the user. */

/** The part of an engine's exit that a reason is made of. */
export interface ContainerExit {
  readonly code: number | null
  readonly reason: 'completed' | 'error' | 'oom' | 'killed'
  readonly detail: string | null
}

/** Null when the exit is a success. */
export function reasonOfExit(exit: ContainerExit, memoryBytes: number): string | null {
  if (exit.reason === 'oom') return `out of memory (limit ${megabytes(memoryBytes)} MB)`
  if (exit.code === 0 && exit.reason === 'completed') return null
  const detail = exit.detail === null || exit.detail === '' ? '' : `: ${exit.detail}`
  if (exit.code === null) return `ended without an exit code${detail}`
  if (exit.reason === 'killed') return `killed from outside (exit code ${exit.code})${detail}`
  return `exit code ${exit.code}${detail}`
}

function megabytes(bytes: number): number {
  return Math.round(bytes / (1024 * 1024))
}
