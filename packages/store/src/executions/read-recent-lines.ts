import type { Db } from '../database/database.ts'
import { decodeLines, type LogLine } from '../logs/log-line.ts'

/**
 * The newest lines of a log: at least those of its last `spanMs` milliseconds, in order. For a reader of the source that
 * goes on after a crash and has to recognise what is stored. Index: primary key, backwards.
 */
export async function readRecentLines(db: Db, stream: string, spanMs: number): Promise<LogLine[]> {
  const recent: LogLine[][] = []
  let newest = -Infinity
  let before: number | null = null
  for (;;) {
    let query = db.selectFrom('log_chunk').select(['sequence', 'lines', 'last_at']).where('stream', '=', stream)
    if (before !== null) query = query.where('sequence', '<', before)
    const chunk = await query.orderBy('sequence', 'desc').limit(1).executeTakeFirst()
    if (chunk === undefined || chunk.last_at.getTime() < newest - spanMs) return recent.toReversed().flat()
    newest = Math.max(newest, chunk.last_at.getTime())
    recent.push(decodeLines(chunk.lines))
    before = chunk.sequence
  }
}
