import type { LogEntry } from '../../components/log/log-store.ts'

/**
 * Takes the lines out of `waiting` that can be shown now, in the order of their times. Of writers in `growing` more may
 * come that is older than what others have, so lines after the last of each of them stay.
 */
export function mergeByTime(waiting: Map<string, LogEntry[]>, growing: ReadonlySet<string>): readonly LogEntry[] {
  const until = Math.min(...[...growing].map((writer) => waiting.get(writer)?.at(-1)?.at ?? Infinity), Infinity)
  const ready: LogEntry[] = []
  for (const [writer, entries] of waiting) {
    const cut = entries.findIndex(({ at }) => (at ?? 0) > until)
    ready.push(...(cut === -1 ? entries : entries.slice(0, cut)))
    waiting.set(writer, cut === -1 ? [] : entries.slice(cut))
  }
  return ready.toSorted((left, right) => (left.at ?? 0) - (right.at ?? 0))
}
