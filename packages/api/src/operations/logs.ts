import { Readable } from 'node:stream'
import {
  type Db,
  type LogPage,
  readLog,
  readServiceLog,
  type ServiceKey,
  type ServiceLogFilter,
  type ServiceLogPage,
} from '@cairn/store'

/** Of short lines; long ones are bounded by their length. */
const linesAtOnce = 10_000

/** The whole log as text, a line for each line. */
export function logFile(db: Db, stream: string): Readable {
  return Readable.from(linesOf(db, stream))
}

async function* linesOf(db: Db, stream: string): AsyncGenerator<string> {
  let token: string | null = null
  for (;;) {
    const page: LogPage = await readLog(db, stream, { token, maxLines: linesAtOnce })
    if (page.lines.length === 0) return
    yield page.lines.map(({ text }) => `${text}\n`).join('')
    token = page.nextToken
  }
}

interface ServiceLogExtent {
  readonly filter: ServiceLogFilter
  /** Epoch milliseconds. A service that writes faster than its log is read would have no end. */
  readonly until: number
}

/** The lines of all instances of a service by time, a line for each line. */
export function serviceLogFile(db: Db, service: ServiceKey, extent: ServiceLogExtent): Readable {
  return Readable.from(linesOfService(db, service, extent))
}

async function* linesOfService(
  db: Db,
  service: ServiceKey,
  { filter, until }: ServiceLogExtent,
): AsyncGenerator<string> {
  let token: string | null = null
  for (;;) {
    const page: ServiceLogPage = await readServiceLog(db, service, { token, filter, tail: null, maxLines: linesAtOnce })
    const [first] = page.lines
    if (first === undefined || first.at > until) return
    yield page.lines.map(({ text }) => `${text}\n`).join('')
    token = page.nextToken
  }
}
