/** Lets requests to services that rest wait for them, and all others pass in the same turn of the event loop. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { wakesService } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import { isNavigation } from './is-navigation.ts'
import { resting, stillWaking } from './wake-refusals.ts'
import type { Awaited, WakeRoom } from './wake-room.ts'

/** A person is shown that something happens after so long. */
const pageAfterMs = 2_000
const longestCause = 200

/**
 * Calls `proceed` once: at once when the service is awake, else when it is, could not be woken, or the client left.
 *
 * @param client what closes when the client leaves
 */
export function awaitService(
  room: WakeRoom,
  asked: { readonly request: IncomingMessage; readonly route: ServiceRoute; readonly client: ServerResponse | Duplex },
  proceed: (awaited: Awaited) => void,
): void {
  const { request, route, client } = asked
  const current = room.current(route)
  if (current !== null) return proceed({ kind: 'awake', route: current })
  if (!wakesService(request.headers)) return proceed({ kind: 'refused', refusal: resting(route) })
  const left = new AbortController()
  const leave = (): void => left.abort()
  client.once('close', leave)
  let isShown = false
  const page = isNavigation(request)
    ? setTimeout(() => {
        isShown = true
        leave()
      }, pageAfterMs)
    : null
  const settle = (awaited: Awaited): void => {
    if (page !== null) clearTimeout(page)
    client.off('close', leave)
    proceed(isShown && awaited.kind === 'left' ? { kind: 'refused', refusal: stillWaking(route) } : awaited)
  }
  void room.wait(route, causeOf(request), left.signal).then(settle)
}

/** Method and path, without the query, which may hold what is nobody's business. */
function causeOf({ method, url }: IncomingMessage): string {
  return `${method ?? 'GET'} ${(url ?? '/').split('?', 1)[0]}`.slice(0, longestCause)
}
