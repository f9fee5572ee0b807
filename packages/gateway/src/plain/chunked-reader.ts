/**
 * Reads the chunked body of an answer, from pieces that may begin and end anywhere.
 *
 * Always true: a size is 1 to 12 hexadecimal digits, at once followed by CR LF or an extension, which is skipped; all
 * line ends are CR LF; trailers are skipped and never passed on. Anything else is an error, after which nothing is read.
 */
export type ChunkedState = 'more' | 'done' | 'broken'

const [cr, lf, semicolon] = [0x0d, 0x0a, 0x3b]
const mostDigits = 12
/** Bytes of an extension, or of the last one and all trailers. */
const longestRest = 16 * 1024

type Place = 'size' | 'extension' | 'sizeEnd' | 'data' | 'dataCr' | 'dataLf' | 'trailer' | 'trailerLf' | 'over'

export class ChunkedReader {
  #place: Place = 'size'
  #digits = 0
  #left = 0
  #skipped = 0
  /** Bytes of the trailer's line so far. */
  #line = 0

  /** Reads from `from`; tells data and where reading stopped, which is behind the body when it is `done`. */
  read(bytes: Buffer, from: number, onData: (data: Buffer) => void): { state: ChunkedState; end: number } {
    let at = from
    while (at < bytes.length) {
      if (this.#place === 'data') {
        const data = bytes.subarray(at, at + this.#left)
        this.#left -= data.length
        at += data.length
        onData(data)
        if (this.#left === 0) this.#place = 'dataCr'
        continue
      }
      if (!this.#step(bytes[at] ?? 0)) return { state: 'broken', end: at }
      at += 1
      if (this.#place === 'over') return { state: 'done', end: at }
    }
    return { state: 'more', end: at }
  }

  /** False = the byte may not stand here. */
  #step(byte: number): boolean {
    switch (this.#place) {
      case 'size':
        return this.#readSize(byte)
      case 'extension':
        if (byte === cr) return this.#go('sizeEnd')
        return this.#skip(byte)
      case 'sizeEnd':
        this.#line = 0
        return byte === lf && this.#go(this.#left === 0 ? 'trailer' : 'data')
      case 'dataCr':
        return byte === cr && this.#go('dataLf')
      case 'dataLf':
        this.#digits = 0
        this.#skipped = 0
        return byte === lf && this.#go('size')
      case 'trailer':
        if (byte === cr) return this.#go('trailerLf')
        this.#line += 1
        return this.#skip(byte)
      case 'trailerLf': {
        const isEmpty = this.#line === 0
        this.#line = 0
        return byte === lf && this.#go(isEmpty ? 'over' : 'trailer')
      }
      default:
        // Data is no matter of single bytes, and nothing is read when it is over.
        return false
    }
  }

  #readSize(byte: number): boolean {
    const digit = hexadecimal(byte)
    if (digit >= 0) {
      this.#left = (this.#digits === 0 ? 0 : this.#left) * 16 + digit
      this.#digits += 1
      return this.#digits <= mostDigits
    }
    if (this.#digits === 0) return false
    if (byte === cr) return this.#go('sizeEnd')
    return byte === semicolon && this.#go('extension')
  }

  #skip(byte: number): boolean {
    this.#skipped += 1
    return this.#skipped <= longestRest && (byte === 0x09 || (byte >= 0x20 && byte !== 0x7f))
  }

  #go(place: Place): true {
    this.#place = place
    return true
  }
}

function hexadecimal(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30
  const lower = byte | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}
