/** Containers of steps that nobody needs any more. */
import type { Logger } from '@cairn/domain'
import type { EngineDriver, Observation, WorkloadName } from '@cairn/driver'
import { type Database, selectLiveExecutions } from '@cairn/store'
import { bounded } from './container/call-engine.ts'

/**
 * Of these containers, the steps' whose run has ended or is unknown. The list must be older than this call: a run stands
 * in the database before its first container exists.
 */
export async function listOrphanedStepWorkloads(
  database: Database,
  list: readonly Observation[],
): Promise<Observation[]> {
  const steps = list.filter((seen) => seen.owner.kind === 'step')
  const executionIds = [...new Set(steps.map((seen) => seen.owner.id))].filter((id) => uuidPattern.test(id))
  const live = await selectLiveExecutions(database.db, executionIds)
  return steps.filter((seen) => !live.has(seen.owner.id))
}

const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Removes orphans that were orphans for `graceMs`, over the calls of one process. */
export class StepWorkloadSweep {
  readonly #firstSeen = new Map<WorkloadName, number>()
  readonly #use: {
    readonly database: Database
    readonly driver: EngineDriver
    readonly logger: Logger
    readonly graceMs: number
  }

  constructor(use: { database: Database; driver: EngineDriver; logger: Logger; graceMs: number }) {
    this.#use = use
  }

  /** True while orphans were seen whose grace is not over. */
  get isWaiting(): boolean {
    return this.#firstSeen.size > 0
  }

  async sweep(list: readonly Observation[], signal: AbortSignal): Promise<void> {
    const orphans = await listOrphanedStepWorkloads(this.#use.database, list)
    const names = new Set(orphans.map((orphan) => orphan.name))
    for (const name of this.#firstSeen.keys()) if (!names.has(name)) this.#firstSeen.delete(name)
    const now = performance.now()
    for (const { name, owner } of orphans) {
      const firstSeen = this.#firstSeen.get(name) ?? now
      this.#firstSeen.set(name, firstSeen)
      if (now - firstSeen < this.#use.graceMs) continue
      await this.#use.driver.remove(name, bounded({ signal }))
      this.#firstSeen.delete(name)
      this.#use.logger.info(
        { workload: name, executionId: owner.id },
        'removed the container of a step whose run has ended',
      )
    }
  }
}
