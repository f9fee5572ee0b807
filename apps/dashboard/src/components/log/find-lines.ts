/** Looking through a log without holding up the page: some milliseconds at a time. */
import { plainText } from './ansi.ts'
import type { LogStore } from './log-store.ts'

/** Lines looked at between two looks at the clock. */
const batch = 2_000
/** Milliseconds at a time. */
const turnMs = 12
/** More places than anybody goes through. */
const mostFound = 100_000

export type LineTest = (text: string) => boolean

/** Without regard to case. */
export function containing(wanted: string): LineTest {
  const needle = wanted.toLowerCase()
  return (text) => text.toLowerCase().includes(needle)
}

const errorWords = /\b(?:error|exception|traceback|fatal|panic|failed)\b/i
const errorClasses = /\w(?:Error|Exception)\b/

/** A line that most likely tells of an error. */
export const tellsError: LineTest = (text) => errorWords.test(text) || errorClasses.test(text)

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0)
  })
}

/**
 * Yields, after each turn, the indexes that were found in it; ends at the end of the log as it is then, at the abort, or
 * when more were found than anybody goes through.
 */
export async function* findLines(
  store: LogStore,
  from: number,
  test: LineTest,
  signal: AbortSignal,
): AsyncGenerator<readonly number[]> {
  let found = 0
  let at = from
  while (at < store.count && found < mostFound && !signal.aborted) {
    const started = performance.now()
    const indexes: number[] = []
    while (at < store.count && performance.now() - started < turnMs) {
      for (const end = Math.min(store.count, at + batch); at < end; at += 1) {
        const text = store.entry(at)?.text
        if (text !== undefined && test(plainText(text))) indexes.push(at)
      }
    }
    found += indexes.length
    yield indexes
    await nextTurn()
  }
}
