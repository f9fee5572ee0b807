import type { ReconcileTimes } from '../../src/reconcile/start-reconcile-loop.ts'

/** So short that a test can outwait a lease, so long that a busy machine renews it. */
export const quickTimes: ReconcileTimes = { leaseMs: 1200, renewEveryMs: 150, pollMs: 20, stopGraceMs: 5000 }
