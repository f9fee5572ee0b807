import type { LogLine } from '@cairn/driver'

/** How far engines may stamp the two streams out of order. */
const marginMs = 1_000

/**
 * What a reader must remember to read on without loss or doubles: from {@link since}, and past {@link count} lines.
 * Holds the times of the newest second of lines only.
 */
export class StoredTail {
  readonly #start: Date | null
  #newest = Number.NEGATIVE_INFINITY
  #times: number[] = []

  constructor(start: Date | null) {
    this.#start = start
  }

  add(lines: readonly LogLine[]): void {
    if (lines.length === 0) return
    for (const { at } of lines) {
      this.#times.push(at.getTime())
      this.#newest = Math.max(this.#newest, at.getTime())
    }
    this.#times = this.#times.filter((time) => time >= this.#newest - marginMs)
  }

  get since(): Date | null {
    if (this.#times.length === 0) return this.#start
    return new Date(Math.max(this.#newest - marginMs, this.#start?.getTime() ?? 0))
  }

  /** Lines that a reader from {@link since} has had already. */
  get count(): number {
    const since = this.since?.getTime() ?? 0
    return this.#times.filter((time) => time >= since).length
  }
}
