import type { LogEntry } from '../../components/log/log-store.ts'

export interface LogWriter {
  /** Lines that are not shown yet, oldest first. */
  waiting: readonly LogEntry[]
  /** Epoch milliseconds; nothing older is still to come of this writer. Infinity = nothing is to come. */
  until: number
}

/**
 * Takes the lines that can be shown now out of `waiting`, in the order of their times: those that no writer can precede any
 * more.
 */
export function mergeByTime(writers: readonly LogWriter[]): readonly LogEntry[] {
  const until = writers.reduce((least, writer) => Math.min(least, writer.until), Infinity)
  const ready: LogEntry[] = []
  for (const writer of writers) {
    const cut = writer.waiting.findIndex(({ at }) => (at ?? 0) > until)
    const end = cut === -1 ? writer.waiting.length : cut
    // One by one: a call takes only so many arguments.
    for (const entry of writer.waiting.slice(0, end)) ready.push(entry)
    writer.waiting = writer.waiting.slice(end)
  }
  return ready.toSorted((left, right) => (left.at ?? 0) - (right.at ?? 0))
}
