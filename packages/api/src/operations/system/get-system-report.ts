import { countLiveExecutions, listDueWork, listLiveEngines, readDatabaseState } from '@cairn/store'
import type { Operation } from '../../operation.ts'

/** From what is written down: the API itself asks no container engine. */
export const getSystemReport: Operation<'getSystemReport'> = async (context, { caller }) => {
  const { db } = context.database
  const [database, engines, queue, liveExecutions] = await Promise.all([
    readDatabaseState(db),
    listLiveEngines(db),
    listDueWork(db),
    countLiveExecutions(db, caller.tenantId),
  ])
  const { now, ...facts } = database
  const machine = context.machine()
  return {
    measuredAt: now.toISOString(),
    server: { version: context.version, startedAt: new Date(performance.timeOrigin).toISOString() },
    database: facts,
    engines: engines.map(({ id, startedAt, leaseUntil }) => ({
      id,
      startedAt: startedAt.toISOString(),
      leaseUntil: leaseUntil.toISOString(),
    })),
    queue: queue.map((work) => ({ ...work, oldestDueAt: work.oldestDueAt.toISOString() })),
    liveExecutions,
    machine: machine === null ? null : { cpus: machine.cpus, memoryBytes: machine.memoryBytes },
  }
}
