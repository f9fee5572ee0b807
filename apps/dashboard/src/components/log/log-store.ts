/**
 * The lines of a log on this page. Invariant: lines are only added, so an index means the same line for good. Whoever
 * subscribed is told at most once per frame, however fast lines come.
 */
export interface LogEntry {
  readonly text: string
  /** Epoch milliseconds; null = not known. */
  readonly at: number | null
  /** Whose line it is, in a log of several; null = there is one writer. */
  readonly from: string | null
}

export class LogStore {
  readonly #entries: LogEntry[] = []
  readonly #listeners = new Set<() => void>()
  #isTelling = false

  get count(): number {
    return this.#entries.length
  }

  entry(index: number): LogEntry | undefined {
    return this.#entries[index]
  }

  append(entries: readonly LogEntry[]): void {
    if (entries.length === 0) return
    for (const entry of entries) this.#entries.push(entry)
    if (this.#isTelling) return
    this.#isTelling = true
    setTimeout(() => {
      this.#isTelling = false
      for (const listener of this.#listeners) listener()
    }, frameMs)
  }

  /** For `useSyncExternalStore`; the snapshot is {@link count}. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Milliseconds. */
const frameMs = 50
