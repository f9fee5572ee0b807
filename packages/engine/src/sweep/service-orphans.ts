import { type Database, findRecordedInstances } from '@cairn/store'
import type { OrphanRule } from './orphan-rule.ts'

/** An instance's row stands before its container is asked for and until the container is confirmed gone. */
export function createServiceOrphanRule(database: Database): OrphanRule {
  return {
    name: 'service',
    async findOrphans(list) {
      const instances = list.filter(({ owner }) => owner.kind === 'service')
      const recorded = await findRecordedInstances(
        database.db,
        instances.map(({ name }) => name),
      )
      return instances.filter(({ name }) => !recorded.has(name))
    },
  }
}
