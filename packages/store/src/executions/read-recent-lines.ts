import type { Db } from '../database/database.ts'
import { decodeLines, type LogLine } from '../logs/log-line.ts'

/**
 * The newest lines of a log: at least those of its last `spanMs` milliseconds, in order. Index: primary key, backwards.
 */
export async function readRecentLines(db: Db, stream: string, spanMs: number): Promise<LogLine[]> {
  const recent: (readonly LogLine[])[] = []
  for await (const lines of readRecentChunks(db, stream, spanMs)) recent.push(lines)
  return recent.toReversed().flat()
}

/**
 * As {@link readRecentLines}, chunk by chunk, the newest first: for a reader of the source that goes on after a crash and
 * has to recognise what is stored, of which a second can be more than fits into memory.
 */
export async function* readRecentChunks(db: Db, stream: string, spanMs: number): AsyncGenerator<readonly LogLine[]> {
  let newest = -Infinity
  let before: number | null = null
  for (;;) {
    let query = db.selectFrom('log_chunk').select(['sequence', 'lines', 'last_at']).where('stream', '=', stream)
    if (before !== null) query = query.where('sequence', '<', before)
    const chunk = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
    if (chunk === undefined || chunk.last_at.getTime() < newest - spanMs) return
    newest = Math.max(newest, chunk.last_at.getTime())
    yield decodeLines(chunk.lines)
    before = chunk.sequence
  }
}
