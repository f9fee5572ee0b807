import type { InstanceState, ObservedInstance } from './service-state.ts'
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

/** Why an instance ended, in words for the user: exit code and last line of its log, where known. */
export function describeInstanceExit(observed: ObservedInstance): string {
  const exit = observed.exit
  if (exit === null) return 'the container exited'
  const what = {
    oom: 'the container ran out of memory and was killed',
    killed: 'the container was killed from outside',
    completed: 'the container exited with code 0; a service must keep running',
    error: exit.code === null ? 'the container exited' : `the container exited with code ${exit.code}`,
  }[exit.reason]
  const detail = exit.detail === null || exit.detail === '' ? '' : ` (${exit.detail})`
  const line = exit.lastLogLine === null ? '' : `; last log line: ${exit.lastLogLine}`
  return what + detail + line
}
