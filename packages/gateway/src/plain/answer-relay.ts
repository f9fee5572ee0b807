/**
 * Turns the bytes of an instance into the answer of one request.
 *
 * Always true: the head goes out at most once and only when it was understood as a whole; the body that the client reads
 * is framed by the gateway itself, never by bytes that passed through; nothing behind the end of the answer is passed on.
 */
import { responseHeaders } from '../header-rules.ts'
import { ChunkedReader } from './chunked-reader.ts'
import { type PlainAnswer, readAnswerHead } from './read-head.ts'

export interface AnswerSink {
  /** Text of one character per byte. */
  text(text: string): void
  /** The bytes are another's after the call. */
  bytes(bytes: Buffer): void
}

export interface RelayOptions {
  readonly method: string
  readonly sink: AnswerSink
  /** Further fields of the head, each with its line end; called once, when the answer is known. */
  readonly fieldsOf: (answer: PlainAnswer) => string
  /** The gateway's `Set-Cookie`; null = none. */
  readonly cookie: () => string | null
}

export type RelayState =
  | 'more'
  /** The answer is whole. */
  | 'done'
  /** It is no answer that can be understood in one way. */
  | 'broken'

const longestHead = 64 * 1024

export class AnswerRelay {
  readonly #options: RelayOptions
  #head: Buffer | null = null
  #answer: PlainAnswer | null = null
  #left = 0
  #hasExcess = false
  readonly #chunks = new ChunkedReader()

  constructor(options: RelayOptions) {
    this.#options = options
  }

  /** null = its head has not come yet. */
  get status(): number | null {
    return this.#answer?.status ?? null
  }

  /** Whether anything at all has come. */
  get hasBegun(): boolean {
    return this.#answer !== null || this.#head !== null
  }

  /** Whether the connection can carry another request after this answer. */
  get isKept(): boolean {
    return this.#answer !== null && this.#answer.isKept && this.#answer.body.kind !== 'rest' && !this.#hasExcess
  }

  read(bytes: Buffer): RelayState {
    if (this.#answer !== null) return this.#readBody(this.#answer, bytes, 0)
    let all = this.#head === null ? bytes : Buffer.concat([this.#head, bytes])
    let searchFrom = Math.max(0, (this.#head?.length ?? 0) - 3)
    for (;;) {
      const end = all.indexOf('\r\n\r\n', searchFrom, 'latin1')
      if (end > longestHead || (end < 0 && all.length > longestHead)) return 'broken'
      if (end < 0) {
        this.#head = Buffer.from(all)
        return 'more'
      }
      const answer = readAnswerHead(all.toString('latin1', 0, end), this.#options.method)
      if (answer === null || answer.status === 101) return 'broken'
      if (answer.status >= 200) {
        this.#head = null
        return this.#begin(answer, all, end + 4)
      }
      // Interim answers are between the app and the gateway.
      all = all.subarray(end + 4)
      searchFrom = 0
    }
  }

  /** The instance ended the connection. */
  end(): RelayState {
    if (this.#answer?.body.kind !== 'rest') return 'broken'
    this.#options.sink.text('0\r\n\r\n')
    return 'done'
  }

  #begin(answer: PlainAnswer, bytes: Buffer, from: number): RelayState {
    const { sink, cookie, fieldsOf } = this.#options
    this.#answer = answer
    const { body } = answer
    const fields = responseHeaders(answer.fields, cookie())
    let text = `HTTP/1.1 ${answer.status} ${answer.reason}\r\n`
    for (let index = 0; index < fields.length; index += 2) text += `${fields[index]}: ${fields[index + 1]}\r\n`
    const framing = body.kind === 'chunked' || body.kind === 'rest' ? 'transfer-encoding: chunked\r\n' : ''
    sink.text(`${text}${fieldsOf(answer)}${framing}\r\n`)
    if (body.kind === 'length') this.#left = body.length
    return this.#readBody(answer, bytes, from)
  }

  #readBody({ body }: PlainAnswer, bytes: Buffer, from: number): RelayState {
    const { sink } = this.#options
    switch (body.kind) {
      case 'none':
        this.#hasExcess = bytes.length > from
        return 'done'
      case 'length': {
        const part = bytes.subarray(from, from + this.#left)
        this.#left -= part.length
        this.#hasExcess = bytes.length > from + part.length
        if (part.length > 0) sink.bytes(part)
        return this.#left === 0 ? 'done' : 'more'
      }
      case 'chunked':
        return this.#readChunks(bytes, from)
      default:
        if (bytes.length > from) this.#sendChunk(bytes.subarray(from))
        return 'more'
    }
  }

  #readChunks(bytes: Buffer, from: number): RelayState {
    const { state, end } = this.#chunks.read(bytes, from, (data) => this.#sendChunk(data))
    this.#hasExcess = end < bytes.length
    if (state === 'done') this.#options.sink.text('0\r\n\r\n')
    return state
  }

  #sendChunk(data: Buffer): void {
    const { sink } = this.#options
    sink.text(`${data.length.toString(16)}\r\n`)
    sink.bytes(data)
    sink.text('\r\n')
  }
}
