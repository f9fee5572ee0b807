import { Type } from 'typebox'
import { addedByCairn, nullable } from './bounds.ts'

/** Of a service's body. Added by Cairn. */
export const drainFields = {
  /**
   * How long, at the most, an instance that is replaced or not wanted any more stays for what is open on it. null, as by
   * default = 30 s for open requests, an hour for WebSockets and live sessions.
   */
  drainSeconds: Type.Optional(nullable(Type.Integer({ minimum: 10, maximum: 86_400 }), addedByCairn)),
}
