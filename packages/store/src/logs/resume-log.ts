/**
 * Going on with a log after a crash: the source (a container) is read again from the time of the last stored line on,
 * and what is stored already is dropped. Several lines may share that time, so they are counted.
 */
import type { Db } from '../database/database.ts'
import { decodeLines, type LogLine } from './log-line.ts'

export interface LastLogTime {
  /** Time of the last stored line, in epoch milliseconds. */
  readonly at: number
  /** Stored lines at the end of the stream that have this time. */
  readonly count: number
}

/** Null when the stream has no line. Index: primary key, backwards. */
export async function lastLogTime(db: Db, stream: string): Promise<LastLogTime | null> {
  let chunk = await chunkBefore(db, stream, null)
  const at = chunk?.lines.at(-1)?.at
  if (at === undefined) return null
  let count = 0
  while (chunk !== null) {
    const same: number = chunk.lines.length - 1 - chunk.lines.findLastIndex((line) => line.at !== at)
    count += same
    if (same < chunk.lines.length) break
    chunk = await chunkBefore(db, stream, chunk.sequence)
  }
  return { at, count }
}

interface Chunk {
  readonly sequence: number
  readonly lines: readonly LogLine[]
}

async function chunkBefore(db: Db, stream: string, sequence: number | null): Promise<Chunk | null> {
  let query = db.selectFrom('log_chunk').select(['sequence', 'lines']).where('stream', '=', stream)
  if (sequence !== null) query = query.where('sequence', '<', sequence)
  const row = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
  return row === undefined ? null : { sequence: row.sequence, lines: decodeLines(row.lines) }
}

/**
 * A filter for the lines of a source that is read again from `last.at` (inclusive) or earlier: true = not stored yet.
 * Expects the lines in the order in which they were read the first time, and keeps count, so it serves one reading.
 */
export function createResumeFilter(last: LastLogTime | null): (line: LogLine) => boolean {
  let toDrop = last?.count ?? 0
  return (line) => {
    if (last === null || line.at > last.at) return true
    if (line.at < last.at) return false
    toDrop -= 1
    return toDrop < 0
  }
}
