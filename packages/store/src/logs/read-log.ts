import type { Db } from '../database/database.ts'
import { decodeLines, type LogLine } from './log-line.ts'
import { formatLogToken, type LogPosition, parseLogToken, startOfLog } from './log-token.ts'

export interface ReadLogOptions {
  /** `nextToken` of the answer before; null = from the start. */
  readonly token: string | null
  /** 1,000 by default. */
  readonly maxLines?: number
  /** UTF-16 units of text, though one line always fits. 1,048,576 by default. */
  readonly maxLength?: number
}

export interface LogPage {
  readonly lines: readonly LogLine[]
  /** Goes on after the last line of this page. No lines and the token that was asked with = nothing new so far. */
  readonly nextToken: string
}

/** Chunks read from the database first; doubled each time, since chunks of a slow writer are small and many. */
const firstChunks = 2
const mostChunks = 16

/**
 * Reads the next lines of a stream, which may still be written to. Index: primary key, from the token's chunk on.
 *
 * @throws CairnError `invalid_request` when the token is none
 */
export async function readLog(db: Db, stream: string, options: ReadLogOptions): Promise<LogPage> {
  const { maxLines = 1000, maxLength = 1_048_576 } = options
  let position = options.token === null ? startOfLog : parseLogToken(options.token)
  const lines: LogLine[] = []
  let length = 0
  for (let atOnce = firstChunks; ; atOnce = Math.min(atOnce * 2, mostChunks)) {
    const chunks = await readChunks(db, stream, position, atOnce)
    for (const chunk of chunks) {
      const skipped = chunk.sequence === position.sequence ? position.index : 0
      const rest = decodeLines(chunk.lines).slice(skipped)
      for (const [offset, line] of rest.entries()) {
        const full = lines.length >= maxLines || (lines.length > 0 && length + line.text.length > maxLength)
        if (full) return { lines, nextToken: formatLogToken(position) }
        lines.push(line)
        length += line.text.length
        position = { sequence: chunk.sequence, index: skipped + offset + 1 }
      }
    }
    if (chunks.length < atOnce) return { lines, nextToken: formatLogToken(position) }
  }
}

const readChunks = (
  db: Db,
  stream: string,
  from: LogPosition,
  limit: number,
): Promise<{ sequence: number; lines: string }[]> =>
  db
    .selectFrom('log_chunk')
    .select(['sequence', 'lines'])
    .where('stream', '=', stream)
    .where('sequence', '>=', from.sequence)
    .orderBy('sequence')
    .limit(limit)
    .execute()
