import { type Static, Type } from 'typebox'
import { addedByCairn, nullable } from './bounds.ts'

/** Bytes; above any file that a request could bring in the hour that it may take. */
const largestBody = 1024 ** 5

/** How far a service's requests may go. Changed without a deploy. */
export const ServiceLimits = Type.Object({
  /** Seconds from the end of a request to the head of its answer; then 504. null = 300. */
  responseStartTimeoutSeconds: nullable(Type.Integer({ minimum: 1, maximum: 86_400 })),
  /** Seconds in which a begun answer or a WebSocket may stand still; then it is closed. null = for ever. */
  idleTimeoutSeconds: nullable(Type.Integer({ minimum: 1, maximum: 86_400 })),
  /** Bytes of a request's body; above 413. null = any number. */
  maxBodyBytes: nullable(Type.Integer({ minimum: 0, maximum: largestBody })),
  /** Requests and WebSockets open at a time in a gateway process; above 503 with `Retry-After`. null = any number. */
  maxConcurrentRequests: nullable(Type.Integer({ minimum: 1, maximum: 100_000 })),
  /** Requests and WebSockets begun per second in a gateway process; above 429 with `Retry-After`. null = any number. */
  requestsPerSecond: nullable(Type.Integer({ minimum: 1, maximum: 100_000 })),
})
export type ServiceLimits = Static<typeof ServiceLimits>

/** Of a service's body: what is absent stays, null takes a limit back. Added by Cairn. */
export const limitsOfBody = {
  limits: Type.Optional(Type.Partial(ServiceLimits, addedByCairn)),
}
