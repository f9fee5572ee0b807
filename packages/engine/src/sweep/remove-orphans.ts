import type { Logger } from '@cairn/domain'
import type { EngineDriver, WorkloadName } from '@cairn/driver'
import { boundedRemoval } from '../execution/container/call-engine.ts'
import type { OrphanRule } from './orphan-rule.ts'

export interface OrphanSweep {
  /** Removes what two consecutive calls found to be orphaned. */
  run(signal: AbortSignal): Promise<void>
}

export interface OrphanSweepParts {
  readonly driver: EngineDriver
  readonly rules: readonly OrphanRule[]
  readonly logger: Logger
}

/** What was seen once is kept in memory; after a restart it has to be seen twice again. */
export function createOrphanSweep({ driver, rules, logger }: OrphanSweepParts): OrphanSweep {
  let seenBefore: ReadonlySet<WorkloadName> = new Set()
  return {
    async run(signal) {
      const list = await driver.list({ signal })
      const seenNow = new Set<WorkloadName>()
      for (const rule of rules) {
        for (const { name, owner } of await rule.findOrphans(list)) {
          seenNow.add(name)
          if (!seenBefore.has(name)) continue
          logger.warn({ workload: name, owner, rule: rule.name }, 'a workload that nothing needs is removed')
          try {
            await driver.remove(name, boundedRemoval({ signal }))
          } catch (error) {
            signal.throwIfAborted()
            // It is seen again by the next call; the others do not wait for it.
            logger.warn({ err: error, workload: name }, 'a workload that nothing needs cannot be removed now')
          }
        }
      }
      seenBefore = seenNow
    },
  }
}
