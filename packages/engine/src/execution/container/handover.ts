/**
 * What of a log was handed on, so that a reader who begins again neither loses nor doubles lines: it reads from a second
 * before the newest line and leaves out, one for one, the lines that were handed on. (Engines stamp the two streams of a
 * container slightly out of order; a second is far more than they differ.)
 *
 * Lines are remembered by a number each, whatever their length: a second of a fast writer is a hundred megabytes.
 */
import type { LogLine } from '@cairn/store'

/** Milliseconds. */
export const handoverOverlapMs = 1000

/** Lines from which old ones are dropped; doubled each time, so that remembering stays cheap. */
const fewestPruned = 1024

export class Handover {
  #newest = 0
  #times: number[] = []
  #keys: number[] = []
  #pruneAt = fewestPruned

  /** Where to read from; null = from the start. */
  get since(): Date | null {
    return this.#newest === 0 ? null : new Date(this.#newest - handoverOverlapMs)
  }

  /** Takes note of lines that were handed on: at least those of the last second. */
  remember(lines: readonly LogLine[]): void {
    for (const { at, text } of lines) {
      this.#newest = Math.max(this.#newest, at)
      this.#times.push(at)
      this.#keys.push(keyOf(at, text))
    }
    if (this.#times.length >= this.#pruneAt) this.#prune()
  }

  /** Call before reading from {@link since}: answers a filter that drops the lines that were handed on before. */
  startReading(): (lines: readonly LogLine[]) => LogLine[] {
    this.#prune()
    const expected = new CountedKeys(Float64Array.from(this.#keys).toSorted())
    return (lines) => {
      const fresh = expected.left === 0 ? [...lines] : lines.filter((line) => !expected.take(keyOf(line.at, line.text)))
      this.remember(fresh)
      return fresh
    }
  }

  #prune(): void {
    const oldest = this.#newest - handoverOverlapMs
    const times = this.#times
    this.#keys = this.#keys.filter((_key, index) => (times[index] ?? 0) >= oldest)
    this.#times = times.filter((at) => at >= oldest)
    this.#pruneAt = Math.max(fewestPruned, this.#times.length * 2)
  }
}

/** How often each key is expected yet. */
class CountedKeys {
  readonly #keys: Float64Array
  readonly #taken: Uint8Array
  left: number

  /** @param sorted ascending, with repetitions */
  constructor(sorted: Float64Array) {
    this.#keys = sorted
    this.#taken = new Uint8Array(sorted.length)
    this.left = sorted.length
  }

  /** Whether the key was expected; once less from then on. */
  take(key: number): boolean {
    for (let at = this.#firstOf(key); this.#keys[at] === key; at += 1) {
      if (this.#taken[at] === 1) continue
      this.#taken[at] = 1
      this.left -= 1
      return true
    }
    return false
  }

  #firstOf(key: number): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#keys[middle] ?? 0) < key) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** 53 bits of the line; two lines of one second share one by chance once in billions of logs. */
function keyOf(at: number, text: string): number {
  let one = 0xde_ad_be_ef ^ (at & 0xff_ff_ff_ff)
  let two = 0x41_c6_ce_57 ^ Math.trunc(at / 0x1_00_00_00_00)
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index)
    one = Math.imul(one ^ unit, 2_654_435_761)
    two = Math.imul(two ^ unit, 1_597_334_677)
  }
  one = Math.imul(one ^ (one >>> 16), 2_246_822_507) ^ Math.imul(two ^ (two >>> 13), 3_266_489_909)
  two = Math.imul(two ^ (two >>> 16), 2_246_822_507) ^ Math.imul(one ^ (one >>> 13), 3_266_489_909)
  return 4_294_967_296 * (2_097_151 & two) + (one >>> 0)
}
