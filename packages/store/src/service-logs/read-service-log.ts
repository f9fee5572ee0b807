import type { Db } from '../database/database.ts'
import type { ServiceKey } from '../service-state/service-key.ts'
import { findUnreadStreams, type ServiceLogFilter } from './find-streams.ts'
import { findTail } from './find-tail.ts'
import { type ServiceLogLine, StreamMerge } from './merge-streams.ts'
import {
  formatServiceLogToken,
  parseServiceLogToken,
  type ServiceLogPosition,
  startOfServiceLog,
} from './service-log-token.ts'

export interface ReadServiceLogOptions {
  /** `nextToken` of the answer before, which had the same filter; null = from the start. */
  readonly token: string | null
  readonly filter: ServiceLogFilter
  /** Without a token: begin with the newest lines, so many; null = with the oldest. */
  readonly tail: number | null
  /** 1,000 by default. */
  readonly maxLines?: number
  /** UTF-16 units of text, though one line always fits. 1,048,576 by default. */
  readonly maxLength?: number
}

export interface ServiceLogPage {
  readonly lines: readonly ServiceLogLine[]
  /** Goes on after the last line of this page. No lines = nothing new so far. */
  readonly nextToken: string
}

/**
 * Reads the next lines of all instances of a service, by time.
 *
 * @throws CairnError `invalid_request` when the token is none
 */
export async function readServiceLog(
  db: Db,
  service: ServiceKey,
  options: ReadServiceLogOptions,
): Promise<ServiceLogPage> {
  const { filter, maxLines = 1000, maxLength = 1_048_576 } = options
  const start = await startOf(db, service, options)
  const streams = await findUnreadStreams(db, service, filter, start)
  const merge = new StreamMerge(db, streams, { positions: start.open, sinceMs: filter.sinceMs })
  const lines: ServiceLogLine[] = []
  let length = 0
  while (lines.length < maxLines) {
    const next = await merge.peek()
    if (next === null || (lines.length > 0 && length + next.text.length > maxLength)) break
    lines.push(merge.take())
    length += next.text.length
  }
  const high = Math.max(start.high, merge.lastOpened ?? 0)
  return { lines, nextToken: formatServiceLogToken({ high, open: merge.positions() }) }
}

async function startOf(
  db: Db,
  service: ServiceKey,
  { token, tail, filter }: ReadServiceLogOptions,
): Promise<ServiceLogPosition> {
  if (token !== null) return parseServiceLogToken(token)
  return tail === null ? startOfServiceLog : findTail(db, service, filter, tail)
}
