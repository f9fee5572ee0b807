import type { ExecutionSummary } from '@cairn/sdk'

export interface Failing {
  /** When the first of the failed runs started that no success came after. */
  readonly since: string
  readonly runs: number
  /** More failed before, out of what is known. */
  readonly isOlder: boolean
}

/**
 * Since when a workflow fails; null = its last run that ended did not fail. Stopped runs tell nothing.
 *
 * @param runs newest first
 */
export function failingSince(runs: readonly ExecutionSummary[]): Failing | null {
  const ended = runs.filter(({ status }) => status === 'Success' || status === 'Failed')
  const good = ended.findIndex(({ status }) => status === 'Success')
  const failed = good === -1 ? ended : ended.slice(0, good)
  const first = failed.at(-1)
  return first === undefined ? null : { since: first.executedAt, runs: failed.length, isOlder: good === -1 }
}
