import type { HealthCheck, InstanceState, ObservedInstance } from './service-state.ts'
import { serviceTiming as timing } from './service-state.ts'

/**
 * Epoch milliseconds at which the instance's next health check is due, or null when it has none: not running, not
 * reachable, or on its way out. `lastCheckAt` null = it was not checked yet (or by another process): due now.
 */
export function nextHealthCheckAt(
  instance: InstanceState,
  observed: ObservedInstance | null,
  lastCheckAt: number | null,
): number | null {
  if (instance.status === 'stopping' || observed?.phase !== 'running' || observed.address === null) return null
  if (lastCheckAt === null) return 0
  if (instance.readyAt !== null) return lastCheckAt + timing.steadyCheckMs
  const age = lastCheckAt - (observed.startedAt ?? instance.createdAt)
  return lastCheckAt + (age < timing.earlyForMs ? timing.earlyCheckMs : timing.startingCheckMs)
}

/** Delay before a replacement starts: none after the first early end, then 1 s, doubling up to 60 s. */
export function restartBackoffMs(crashes: number): number {
  return crashes <= 1 ? 0 : Math.min(timing.maxBackoffMs, 1_000 * 2 ** Math.min(crashes - 2, 16))
}

/**
 * Whether an instance is about to be given up, if this check fails it too: then it is worth to find out more about why.
 *
 * @param check null = none was made
 */
export function isLastCheck(
  now: number,
  instance: InstanceState,
  observed: ObservedInstance | null,
  check: HealthCheck | null,
): boolean {
  if (instance.status === 'stopping' || observed?.phase !== 'running' || check?.kind === 'healthy') return false
  if (instance.readyAt === null) return isOverdue(now, instance, observed)
  return check !== null && instance.failures + 1 >= timing.failuresUntilReplaced
}

/** Whether an instance that has never been healthy had all the time that it gets. */
export function isOverdue(now: number, instance: InstanceState, observed: ObservedInstance): boolean {
  const startedAt = observed.startedAt ?? Math.max(instance.createdAt, instance.startAfter)
  return now - startedAt >= timing.startDeadlineMs
}
