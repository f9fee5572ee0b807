import type { ExitReason } from './port.ts'

const sigkillExit = 137
const sigtermExit = 143

/**
 * Why a process ended. Out of memory counts only when the workload failed: one that survived the loss of a child and
 * ended with 0 has completed.
 */
export function exitReason(code: number | null, outOfMemory: boolean): ExitReason {
  if (code === 0) return 'completed'
  if (outOfMemory) return 'oom'
  return code === sigkillExit || code === sigtermExit ? 'killed' : 'error'
}
