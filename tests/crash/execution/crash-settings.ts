import { defaultExecutionSettings } from '@cairn/engine'

/** Short, so that a take-over costs a second; long beside the pauses of a busy machine. */
export const crashSettings = {
  ...defaultExecutionSettings,
  leaseMs: 1000,
  renewEveryMs: 200,
  pollMs: 50,
  claimBatch: 10,
  resyncMs: 500,
}
