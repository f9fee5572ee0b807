import type { Db } from '../database/database.ts'
import { encodeLines, type LogLine } from './log-line.ts'

/** The sequence of a stream's newest chunk; 0 when it has none. Index: primary key. */
export async function lastLogSequence(db: Db, stream: string): Promise<number> {
  const row = await db
    .selectFrom('log_chunk')
    .select('sequence')
    .where('stream', '=', stream)
    .orderBy('sequence', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.sequence ?? 0
}

/**
 * Stores lines as the chunk `sequence` of a stream. Doing it again with the same lines changes nothing, so an append
 * whose answer was lost can be repeated. `taken` = another writer has stored other lines there.
 *
 * @param lines at least one
 */
export async function appendLogLines(
  db: Db,
  stream: string,
  sequence: number,
  lines: readonly LogLine[],
): Promise<'stored' | 'taken'> {
  const encoded = encodeLines(lines)
  const times = lines.map((line) => line.at)
  const inserted = await db
    .insertInto('log_chunk')
    .values({
      stream,
      sequence,
      first_at: new Date(times.reduce((a, b) => Math.min(a, b), Infinity)),
      last_at: new Date(times.reduce((a, b) => Math.max(a, b), -Infinity)),
      line_count: lines.length,
      lines: encoded,
    })
    .onConflict((conflict) => conflict.columns(['stream', 'sequence']).doNothing())
    .returning('sequence')
    .executeTakeFirst()
  if (inserted !== undefined) return 'stored'
  const present = await db
    .selectFrom('log_chunk')
    .select('lines')
    .where('stream', '=', stream)
    .where('sequence', '=', sequence)
    .executeTakeFirst()
  return present?.lines === encoded ? 'stored' : 'taken'
}
