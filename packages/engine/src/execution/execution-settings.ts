/** How an engine process works on runs. All times in milliseconds. */
export interface ExecutionSettings {
  /** A process that has not renewed for this long is taken for dead and its runs are taken over. */
  readonly leaseMs: number
  readonly renewEveryMs: number
  /** Runs that wait are looked for this often, hint or not; varied by a quarter. */
  readonly pollMs: number
  /** Runs taken by one claim. */
  readonly claimBatch: number
  /** Runs that one process works on; the others wait. */
  readonly mostLiveRuns: number
  /** Runs of one workflow that may be live; the others wait. */
  readonly mostLiveRunsOfWorkflow: number
  readonly concurrentStarts: number
  /** Containers made while their steps still wait, at a time; 0 = none. */
  readonly mostHeldStarts: number
  /** A container's files are looked at after this long, and then as often at most. */
  readonly storageLookMs: number
  readonly concurrentRequests: number
  /** Sessions of sql and export steps on the warehouse server at a time. */
  readonly warehouseSessions: { readonly ofTenant: number; readonly inAll: number }
  /** All containers are listed this often, to notice what was missed and what nobody owns. */
  readonly resyncMs: number
  /** A step's container without a live run is removed when it was seen for this long. */
  readonly orphanGraceMs: number
  /** A stop waits this long for http requests and work in warehouses that are under way. */
  readonly requestDrainMs: number
  /** Flushes under way at a time. */
  readonly flushLanes: number
  readonly mostEventsPerFlush: number
}

export const defaultExecutionSettings: ExecutionSettings = {
  leaseMs: 6000,
  renewEveryMs: 2000,
  pollMs: 1000,
  claimBatch: 200,
  mostLiveRuns: 2000,
  mostLiveRunsOfWorkflow: 10,
  concurrentStarts: 8,
  mostHeldStarts: 16,
  storageLookMs: 15_000,
  concurrentRequests: 256,
  warehouseSessions: { ofTenant: 4, inAll: 24 },
  resyncMs: 30_000,
  orphanGraceMs: 10_000,
  requestDrainMs: 5000,
  flushLanes: 2,
  mostEventsPerFlush: 4000,
}
