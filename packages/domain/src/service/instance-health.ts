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
 * Whether it is worth to find out more about why an instance does not serve: when it is about to be given up, and now and then
 * while it takes long to start, so that its user need not wait for the end.
 *
 * @param made the check of this pass, and how many were made; `check` null = none
 */
export function asksForEvidence(
  now: number,
  instance: InstanceState,
  observed: ObservedInstance | null,
  made: { readonly check: HealthCheck | null; readonly checks: number },
): boolean {
  const { check, checks } = made
  if (instance.status === 'stopping' || observed?.phase !== 'running' || check?.kind === 'healthy') return false
  if (instance.readyAt !== null) return check !== null && instance.failures + 1 >= timing.failuresUntilReplaced
  if (isOverdue(now, instance, observed)) return true
  return (
    check !== null && ageOf(now, instance, observed) >= timing.earlyForMs && checks % timing.checksPerEvidence === 0
  )
}

/** Whether an instance that has never been healthy had all the time that it gets. */
export function isOverdue(now: number, instance: InstanceState, observed: ObservedInstance): boolean {
  return ageOf(now, instance, observed) >= timing.startDeadlineMs
}

function ageOf(now: number, instance: InstanceState, observed: ObservedInstance): number {
  return now - (observed.startedAt ?? Math.max(instance.createdAt, instance.startAfter))
}
