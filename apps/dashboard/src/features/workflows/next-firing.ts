import type { WorkflowSummary } from '@cairn/sdk'

/** The next time at which a schedule of the workflow fires; null = none does. */
export function nextFiring({ triggers }: Pick<WorkflowSummary, 'triggers'>): string | null {
  return triggers.flatMap(({ scheduled }) => scheduled ?? []).toSorted()[0] ?? null
}
