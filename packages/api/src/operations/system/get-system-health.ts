import { countLiveExecutions, listLiveEngines } from '@cairn/store'
import type { Operation } from '../../operation.ts'

/** What everybody may know of the installation. */
export const getSystemHealth: Operation<'getSystemHealth'> = async ({ database, clock, version }, { caller }) => {
  const [engines, liveExecutions] = await Promise.all([
    listLiveEngines(database.db),
    countLiveExecutions(database.db, caller.tenantId),
  ])
  return { measuredAt: new Date(clock.now()).toISOString(), version, liveEngines: engines.length, liveExecutions }
}
