import { Readable } from 'node:stream'
import { type Db, type Hints, type LogPage, readLog } from '@cairn/store'

interface LogState<State> {
  readonly state: State
  /** Whether more lines may come. */
  readonly isLive: boolean
  readonly page: LogPage
}

/** Followers of the reference client ask again at once, so an answer without lines takes this long. */
const longestWaitMs = 1000
const pollMs = 250

/** Reads until there are lines, the stream has ended, or about a second has passed. */
export async function waitForLines<State>(
  hints: Hints,
  signal: AbortSignal,
  read: () => Promise<LogState<State>>,
): Promise<LogState<State>> {
  const deadline = performance.now() + longestWaitMs
  for (;;) {
    const found = await read()
    const isDone = found.page.lines.length > 0 || !found.isLive || signal.aborted
    if (isDone || performance.now() >= deadline) return found
    await nextHint(hints, signal)
  }
}

function nextHint(hints: Hints, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      unsubscribe()
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const unsubscribe = hints.subscribe('log', end)
    const timer = setTimeout(end, pollMs)
    signal.addEventListener('abort', end, { once: true })
  })
}

/** The whole log as text, a line for each line. */
export function logFile(db: Db, stream: string): Readable {
  return Readable.from(linesOf(db, stream))
}

async function* linesOf(db: Db, stream: string): AsyncGenerator<string> {
  let token: string | null = null
  for (;;) {
    const page: LogPage = await readLog(db, stream, { token })
    if (page.lines.length === 0) return
    yield page.lines.map(({ text }) => `${text}\n`).join('')
    token = page.nextToken
  }
}
