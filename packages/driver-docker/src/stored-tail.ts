import type { LogLine } from '@cairn/driver'

/** How far engines may stamp the two streams out of order. */
const marginMs = 1_000

const fewestPruned = 1_024

/**
 * What a reader must remember to read on without loss or doubles: from {@link since}, and past {@link count} lines.
 * Holds the times of about the newest second of lines.
 */
export class StoredTail {
  readonly #start: Date | null
  #newest = Number.NEGATIVE_INFINITY
  #times: number[] = []
  /** Length at which old times are dropped; doubled each time, so that adding stays cheap. */
  #pruneAt = fewestPruned

  constructor(start: Date | null) {
    this.#start = start
  }

  add(lines: readonly LogLine[]): void {
    for (const { at } of lines) {
      this.#times.push(at.getTime())
      this.#newest = Math.max(this.#newest, at.getTime())
    }
    if (this.#times.length < this.#pruneAt) return
    this.#times = this.#times.filter((time) => time >= this.#newest - marginMs)
    this.#pruneAt = Math.max(fewestPruned, this.#times.length * 2)
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
