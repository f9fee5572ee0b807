import { Readable } from 'node:stream'
import { type Db, type LogPage, readLog } from '@cairn/store'

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
