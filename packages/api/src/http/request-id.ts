import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const saneId = /^[A-Za-z0-9_.:-]{8,128}$/

/** The id that the client gave the call when it is a plain token, else a new one; it goes into the log and the answer. */
export function requestIdOf(request: IncomingMessage): string {
  for (const name of ['x-peak-requestid', 'x-request-id']) {
    const given = request.headers[name]
    if (typeof given === 'string' && saneId.test(given)) return given
  }
  return randomUUID()
}
