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

/** Looks through lines from `from` on until the turn is over or the log ends. */
function lookOneTurn(store: LogStore, from: number, test: LineTest): { indexes: readonly number[]; next: number } {
  const started = performance.now()
  const indexes: number[] = []
  let at = from
  while (at < store.count && performance.now() - started < turnMs) {
    for (const end = Math.min(store.count, at + batch); at < end; at += 1) {
      const text = store.entry(at)?.text
      if (text !== undefined && test(plainText(text))) indexes.push(at)
    }
  }
  return { indexes, next: at }
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
    const { indexes, next } = lookOneTurn(store, at, test)
    at = next
    found += indexes.length
    yield indexes
    await nextTurn()
  }
}

/** Resolves when the log has more than `count` lines or the signal aborts. */
function growsBeyond(store: LogStore, count: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const look = (): void => {
      if (store.count <= count && !signal.aborted) return
      leave()
      signal.removeEventListener('abort', look)
      resolve()
    }
    const leave = store.subscribe(look)
    signal.addEventListener('abort', look)
    look()
  })
}

/** As {@link findLines}, but at the end of the log it waits for more. Each line is looked at once, however the log grows. */
export async function* followLines(
  store: LogStore,
  test: LineTest,
  signal: AbortSignal,
): AsyncGenerator<readonly number[]> {
  let found = 0
  let at = 0
  while (found < mostFound && !signal.aborted) {
    const { indexes, next } = lookOneTurn(store, at, test)
    at = next
    found += indexes.length
    if (indexes.length > 0) yield indexes
    await nextTurn()
    await growsBeyond(store, at, signal)
  }
}
