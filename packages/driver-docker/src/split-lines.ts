import { StringDecoder } from 'node:string_decoder'

/** Longest line handed on; the rest of a longer one comes as further lines. */
const maxLineCharacters = 256 * 1024

/** Turns chunks of text into lines without their line feed or trailing carriage return. */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  push(chunk: Buffer): string[] {
    this.#rest += this.#decoder.write(chunk)
    const lines = this.#rest.split('\n')
    this.#rest = lines.pop() ?? ''
    while (this.#rest.length > maxLineCharacters) {
      lines.push(this.#rest.slice(0, maxLineCharacters))
      this.#rest = this.#rest.slice(maxLineCharacters)
    }
    return lines.map(withoutCarriageReturn)
  }

  /** The text after the last line feed, if any. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.end()
    this.#rest = ''
    return rest === '' ? [] : [withoutCarriageReturn(rest)]
  }
}

const withoutCarriageReturn = (line: string): string => (line.endsWith('\r') ? line.slice(0, -1) : line)
