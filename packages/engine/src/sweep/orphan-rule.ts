import type { Observation } from '@cairn/driver'

/** Judges the workloads of one kind of owner. */
export interface OrphanRule {
  /** For the log, e.g. `service`. */
  readonly name: string
  /**
   * Those of the workloads that nothing in the database needs any more. The list is older than this call; what
   * needs a workload stands in the database before the workload exists, so nothing new is taken for an orphan.
   */
  findOrphans(list: readonly Observation[]): Promise<readonly Observation[]>
}
