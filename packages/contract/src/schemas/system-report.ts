import { type Static, Type } from 'typebox'
import { Timestamp, nullable } from './bounds.ts'

/** An engine process. `leaseUntil` is when others take over from it unless it renews its lease before. */
const EngineReport = Type.Object({ id: Type.String(), startedAt: Timestamp, leaseUntil: Timestamp })

/** Keys of a kind that are due and that no engine has taken; `oldestDueAt` is since when the one that waits longest is due. */
const QueueReport = Type.Object({ kind: Type.String(), due: Type.Integer(), oldestDueAt: Timestamp })

const LiveExecutions = Type.Object({
  waiting: Type.Integer(),
  queued: Type.Integer(),
  running: Type.Integer(),
  stopping: Type.Integer(),
})

/**
 * Whether the installation works. `version` is that of the server that answers. `liveEngines` is how many engines are alive: with
 * none nothing starts. `liveExecutions` are the tenant's.
 */
export const SystemHealth = Type.Object({
  measuredAt: Timestamp,
  version: Type.String(),
  liveEngines: Type.Integer(),
  liveExecutions: LiveExecutions,
})
export type SystemHealth = Static<typeof SystemHealth>

/**
 * The state of the installation. `server` is the process that answers. `engines` are those whose lease has not run out: none means that nothing runs. `queue` is over
 * all tenants and leaves out kinds of which nothing is due; `liveExecutions` are the tenant's. `machine` is where containers
 * run; null = no engine has answered this server yet.
 */
export const SystemReport = Type.Object({
  measuredAt: Timestamp,
  server: Type.Object({ version: Type.String(), startedAt: Timestamp }),
  database: Type.Object({
    version: Type.String(),
    sizeBytes: Type.Integer(),
    migrations: Type.Integer(),
    newestMigration: nullable(Type.String()),
  }),
  engines: Type.Array(EngineReport),
  queue: Type.Array(QueueReport),
  liveExecutions: LiveExecutions,
  machine: nullable(Type.Object({ cpus: Type.Number(), memoryBytes: Type.Integer() })),
})
export type SystemReport = Static<typeof SystemReport>
