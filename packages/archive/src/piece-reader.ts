const nothing: Buffer = Buffer.alloc(0)

/** Reads bytes that come in pieces by their count. `#held` came and was not taken yet. */
export class PieceReader {
  readonly #source: AsyncIterator<Buffer>
  #held = nothing

  constructor(source: AsyncIterable<Buffer>) {
    this.#source = source[Symbol.asyncIterator]()
  }

  /** The next bytes without taking them; fewer at the end. For small counts: they are put together in memory. */
  async peek(count: number): Promise<Buffer> {
    while (this.#held.length < count) {
      const next = await this.#source.next()
      if (next.done === true) break
      this.#held = this.#held.length === 0 ? next.value : Buffer.concat([this.#held, next.value])
    }
    return this.#held.subarray(0, count)
  }

  /** The next bytes; null, and nothing is taken, when there are fewer. */
  async take(count: number): Promise<Buffer | null> {
    const bytes = await this.peek(count)
    if (bytes.length < count) return null
    this.#held = this.#held.subarray(count)
    return bytes
  }

  /** What comes next, at most so many bytes; null at the end. */
  async piece(most: number): Promise<Buffer | null> {
    const bytes = await this.peek(1)
    if (bytes.length === 0) return null
    const taken = this.#held.subarray(0, most)
    this.#held = this.#held.subarray(taken.length)
    return taken
  }

  /** Puts back what was taken last. */
  giveBack(bytes: Buffer): void {
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([bytes, this.#held])
  }

  /** Reads to the end. */
  async drain(): Promise<void> {
    this.#held = nothing
    while ((await this.#source.next()).done !== true) continue
  }

  /** Ends the source early. */
  async close(): Promise<void> {
    await this.#source.return?.()
  }
}
