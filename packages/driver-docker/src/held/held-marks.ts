import { cutLine, type LogLine, maxLogLineBytes } from '@cairn/driver'

/** What a holder says; see `hold-script.ts`. */
export type HeldWord = 'holding' | 'released' | 'unreleased' | 'ended'

export interface HeldMark {
  readonly word: HeldWord
  /** Of `released`, the hash of the spec. */
  readonly argument: string
}

/** Longer than any mark with its nonce. */
export const mostMarkBytes = 256

const words: Readonly<Record<string, HeldWord>> = {
  holding: 'holding',
  released: 'released',
  unreleased: 'unreleased',
  ended: 'ended',
}

/** The mark in the text after a nonce, or null when a command has only printed the nonce. */
function readMark(text: string): HeldMark | null {
  const [, first = '', argument = ''] = text.split(' ')
  const word = words[first]
  return word === undefined ? null : { word, argument }
}

/** Splits off the mark, which follows a text of the command's when that did not end its last line. */
export function splitMark(line: LogLine, nonce: string): { readonly lines: LogLine[]; readonly mark: HeldMark | null } {
  const at = line.text.indexOf(nonce)
  if (at === -1) return { lines: cut(line), mark: null }
  const written = at === 0 ? [] : cut({ ...line, text: line.text.slice(0, at) })
  return { lines: written, mark: readMark(line.text.slice(at + nonce.length)) }
}

/** The demultiplexer leaves room for a mark, so a line without one may be longer than the port allows. */
function cut(line: LogLine): LogLine[] {
  const mostBytesOfCharacter = 4
  if (line.text.length <= maxLogLineBytes / mostBytesOfCharacter) return [line]
  return cutLine(Buffer.from(line.text), maxLogLineBytes).map((piece) => ({ ...line, text: piece.toString() }))
}

/** One reader's view of a log that may hold marks. */
export class HeldLog {
  readonly #nonce: string | null
  readonly #ended = new Set<LogLine['stream']>()

  /** @param nonce null for a container that was not made to be held */
  constructor(nonce: string | null) {
    this.#nonce = nonce
  }

  get isMarked(): boolean {
    return this.#nonce !== null
  }

  /** The command has ended, and all that it had written on both streams has been read. */
  get isOver(): boolean {
    return this.#ended.has('stdout') && this.#ended.has('stderr')
  }

  withoutMarks(lines: readonly LogLine[]): readonly LogLine[] {
    const nonce = this.#nonce
    if (nonce === null) return lines
    return lines.flatMap((line) => {
      const { lines: written, mark } = splitMark(line, nonce)
      if (mark?.word === 'ended') this.#ended.add(line.stream)
      return written
    })
  }
}

/** Finds marks in the bytes of one stream as they come. Holds the beginning of at most one mark. */
export class MarkScanner {
  readonly #nonce: string
  #rest: Buffer = Buffer.alloc(0)

  constructor(nonce: string) {
    this.#nonce = nonce
  }

  push(bytes: Buffer): HeldMark[] {
    let rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const marks: HeldMark[] = []
    for (let at = rest.indexOf(this.#nonce); at !== -1; at = rest.indexOf(this.#nonce)) {
      const end = rest.indexOf('\n', at)
      if (end === -1 && rest.length - at < mostMarkBytes) {
        this.#rest = Buffer.from(rest.subarray(at))
        return marks
      }
      const mark = readMark(rest.toString('utf8', at + this.#nonce.length, end === -1 ? rest.length : end))
      if (mark !== null) marks.push(mark)
      rest = rest.subarray(end === -1 ? rest.length : end)
    }
    this.#rest = Buffer.from(rest.subarray(Math.max(rest.length - this.#nonce.length, 0)))
    return marks
  }
}
