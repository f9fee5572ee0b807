import { type Static, Type } from 'typebox'
import { addedByCairn, nullable, Timestamp, wireLimits } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

/** Of a service's body. Added by Cairn. */
export const scaleFields = {
  /** Instances under load; absent = `minInstances`. At most 2, unless the server is set up for more: CAIRN_MAX_INSTANCES. */
  maxInstances: Type.Optional(Type.Integer({ minimum: 1, maximum: wireLimits.instances, ...addedByCairn })),
  /** Requests and WebSockets that an instance is to have open at a time before there are more instances. */
  targetConcurrency: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, default: 20, ...addedByCairn })),
}

export const ListWakesQuery = Type.Object(pageQuery)
export type ListWakesQuery = Static<typeof ListWakesQuery>

/** When, why and how a service was woken. */
export const ServiceWake = Type.Object({
  /** Counts the wakes of the service from 1. */
  number: Type.Integer(),
  /** `frozen`: its instances were there without CPU. `asleep`: they had to be started. */
  from: Type.Enum(['frozen', 'asleep']),
  /** The request that asked for it, without its query. */
  cause: Type.String(),
  requestedAt: Timestamp,
  /** From the request to the instance that answers; null while it goes on and when it failed. */
  durationMs: nullable(Type.Integer()),
  /** null = it goes on. */
  outcome: nullable(Type.Enum(['awake', 'failed'])),
  /** Why it failed, or has not succeeded so far. */
  reason: nullable(Type.String()),
})
export type ServiceWake = Static<typeof ServiceWake>

export const WakePage = pageOf({ wakes: Type.Array(ServiceWake), wakesCount: Type.Integer() })
export type WakePage = Static<typeof WakePage>
