import type { ExecutionSummary } from '@cairn/sdk'

/** How long runs that succeed usually take, in seconds: their median; null = none did. */
export function usualSeconds(runs: readonly ExecutionSummary[]): number | null {
  const taken = runs
    .filter(({ status }) => status === 'Success')
    .map(({ duration }) => duration)
    .toSorted((left, right) => left - right)
  return taken[Math.floor((taken.length - 1) / 2)] ?? null
}
