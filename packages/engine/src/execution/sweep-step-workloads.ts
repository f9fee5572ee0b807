/** Containers of steps that nobody needs any more. */
import type { Logger } from '@cairn/domain'
import type { EngineDriver, Observation, WorkloadName } from '@cairn/driver'
import { type Database, selectLiveExecutions } from '@cairn/store'
import { boundedRemoval } from './container/call-engine.ts'

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

export interface StepWorkloadSweepParts {
  readonly database: Database
  readonly driver: Pick<EngineDriver, 'remove'>
  readonly logger: Logger
  /** Milliseconds for which an orphan has to have been one. */
  readonly graceMs: number
}

interface SeenOrphan {
  /** By `performance.now()`. */
  readonly firstSeen: number
  failures: number
}

/**
 * Removes orphans that were orphans for `graceMs`, over the calls of one process. One that the engine does not get rid of
 * keeps no other waiting: it comes last from then on.
 */
export class StepWorkloadSweep {
  readonly #seen = new Map<WorkloadName, SeenOrphan>()
  readonly #use: StepWorkloadSweepParts

  constructor(use: StepWorkloadSweepParts) {
    this.#use = use
  }

  /** True while orphans were seen whose grace is not over, or that could not be removed. */
  get isWaiting(): boolean {
    return this.#seen.size > 0
  }

  async sweep(list: readonly Observation[], signal: AbortSignal): Promise<void> {
    const orphans = await listOrphanedStepWorkloads(this.#use.database, list)
    const names = new Set(orphans.map((orphan) => orphan.name))
    for (const name of this.#seen.keys()) if (!names.has(name)) this.#seen.delete(name)
    const now = performance.now()
    const due = orphans
      .map((orphan) => ({ orphan, seen: this.#notice(orphan.name, now) }))
      .filter(({ seen }) => now - seen.firstSeen >= this.#use.graceMs)
      .toSorted((one, other) => one.seen.failures - other.seen.failures)
    for (const { orphan, seen } of due) await this.#remove(orphan, seen, signal)
  }

  #notice(name: WorkloadName, now: number): SeenOrphan {
    const seen = this.#seen.get(name) ?? { firstSeen: now, failures: 0 }
    this.#seen.set(name, seen)
    return seen
  }

  async #remove({ name, owner }: Observation, seen: SeenOrphan, signal: AbortSignal): Promise<void> {
    const { driver, logger } = this.#use
    try {
      await driver.remove(name, boundedRemoval({ signal }))
      this.#seen.delete(name)
      logger.info({ workload: name, executionId: owner.id }, 'removed the container of a step whose run has ended')
    } catch (error) {
      signal.throwIfAborted()
      seen.failures += 1
      logger.warn({ err: error, workload: name }, 'a container that nothing needs cannot be removed now')
    }
  }
}
