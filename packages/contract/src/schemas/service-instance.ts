import { type Static, Type } from 'typebox'
import { instanceStatuses } from '../statuses.ts'
import { nullable, Timestamp } from './bounds.ts'

/** An instance of a service, as the engine last saw it. */
export const ServiceInstance = Type.Object({
  name: Type.String(),
  /** The deployment that it belongs to. */
  revision: Type.Integer(),
  status: Type.Enum(instanceStatuses),
  /** Why it is not ready; null = it is, or nothing is wrong. */
  reason: nullable(Type.String()),
  startedAt: Timestamp,
  /** Its first passed health check; null = none yet. */
  readyAt: nullable(Timestamp),
  /** Since when it takes no new sessions; null = it takes them. */
  drainingSince: nullable(Timestamp),
  /** How many before it, in a row, ended early. */
  crashes: Type.Integer(),
})
export type ServiceInstance = Static<typeof ServiceInstance>
