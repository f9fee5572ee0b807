/** One line on stderr that says what goes on; only on a terminal, and gone when the answer is printed. */
import type { Streams } from './output.ts'

export class Progress {
  readonly #stderr: Streams['stderr']
  #shown = ''
  #drawnAt = 0

  constructor(streams: Streams) {
    this.#stderr = streams.stderr
  }

  /** Replaces the line; at most ten times a second. */
  show(text: string): void {
    if (!this.#stderr.isTerminal || text === this.#shown) return
    const now = performance.now()
    if (now - this.#drawnAt < 100) return
    this.#drawnAt = now
    this.#shown = text
    this.#stderr.write(`\r\u001B[2K${text}`)
  }

  clear(): void {
    if (this.#shown === '') return
    this.#shown = ''
    this.#stderr.write('\r\u001B[2K')
  }
}

/** `[#####     ] 1.2 of 2.4 MB`. */
export function progressBar(what: string, bytes: number, totalBytes: number | null): string {
  const size = (count: number): string => (count / 1_000_000).toFixed(1)
  if (totalBytes === null || totalBytes === 0) return `${what} ${size(bytes)} MB`
  const filled = Math.round((20 * bytes) / totalBytes)
  return `${what} [${'#'.repeat(filled)}${' '.repeat(20 - filled)}] ${size(bytes)} of ${size(totalBytes)} MB`
}
