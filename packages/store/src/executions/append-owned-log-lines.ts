import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { encodeLines, type LogLine } from '../logs/log-line.ts'

/**
 * As `appendLogLines`, on behalf of an engine process: nothing is stored once the process was declared dead, which also
 * answers `taken`. Otherwise a process that was only frozen could add lines behind those of its successor.
 * Lock order: engine_process FOR KEY SHARE, then log_chunk by insert.
 */
export async function appendOwnedLogLines(
  db: Db,
  processId: string,
  chunk: { readonly stream: string; readonly sequence: number; readonly lines: readonly LogLine[] },
): Promise<'stored' | 'taken'> {
  const encoded = encodeLines(chunk.lines)
  const firstAt = chunk.lines.reduce((least, line) => Math.min(least, line.at), Infinity)
  const lastAt = chunk.lines.reduce((most, line) => Math.max(most, line.at), -Infinity)
  const inserted = await sql`
    with fence as materialized (
      select id from engine_process where id = ${processId}::uuid and alive for key share
    )
    insert into log_chunk (stream, sequence, first_at, last_at, line_count, lines)
    select ${chunk.stream}, ${chunk.sequence}::integer, ${new Date(firstAt)}::timestamptz, ${new Date(lastAt)}::timestamptz,
      ${chunk.lines.length}::integer, ${encoded}
    from fence
    on conflict (stream, sequence) do nothing
    returning sequence`.execute(db)
  if (inserted.rows.length === 1) return 'stored'
  const present = await db
    .selectFrom('log_chunk')
    .select('lines')
    .where('stream', '=', chunk.stream)
    .where('sequence', '=', chunk.sequence)
    .executeTakeFirst()
  return present?.lines === encoded ? 'stored' : 'taken'
}
