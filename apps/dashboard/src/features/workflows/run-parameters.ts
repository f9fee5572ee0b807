import type { WorkflowDetails } from '@cairn/sdk'

/** A parameter of a run that is being filled in. */
export interface Entry {
  readonly name: string
  /** Empty = the run gives none, and the default holds. */
  readonly value: string
  /** What the steps say; null = they name no such parameter. */
  readonly fallback: string | null
}

/** A line for each parameter that steps have values for, by name. Where steps differ, the first is shown. */
export function parameterDefaults(steps: WorkflowDetails['steps']): readonly Entry[] {
  const defaults = new Map<string, string>()
  for (const { parameters } of Object.values(steps)) {
    for (const pair of parameters?.env ?? []) {
      for (const [name, value] of Object.entries(pair)) if (!defaults.has(name)) defaults.set(name, value)
    }
  }
  return [...defaults]
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, fallback]) => ({ name, value: '', fallback }))
}

/** What the run is given. */
export function filledIn(entries: readonly Entry[]): Record<string, string> {
  return Object.fromEntries(
    entries
      .filter(({ name, value }) => name.trim() !== '' && value !== '')
      .map(({ name, value }) => [name.trim(), value]),
  )
}
