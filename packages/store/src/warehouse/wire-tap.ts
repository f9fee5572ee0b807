/**
 * What a PostgreSQL server sends on a session, in bounded memory.
 *
 * Whoever writes the SQL decides how large a row, a notice or an error is, up to a gigabyte each; the driver holds every
 * message whole. So the tap stands before the driver. Always true: rows never reach it; `COPY` data is handed on in pieces
 * as it comes; notices and errors are cut; what else is larger than any honest message ends the session. What is handed
 * over keeps the order of the wire, and nothing more is read while a handler has not finished.
 */

/** A notice or an error: the fields of the protocol that are used here. */
export interface ServerNotice {
  /** E.g. `NOTICE` or `WARNING`. */
  readonly severity: string
  readonly message: string
}

/** A handler that answers a promise holds the session up until it resolves. */
export interface WireHandlers {
  readonly onNotice: (notice: ServerNotice) => Promise<void> | void
  /** A statement has ended; the tag is e.g. `INSERT 0 5`. */
  readonly onCommand: (tag: string) => Promise<void> | void
  /** Some of what `COPY … TO STDOUT` writes, in pieces of any size. */
  readonly onCopyData: (bytes: Buffer) => Promise<void> | void
}

const code = {
  commandComplete: 0x43,
  copyData: 0x64,
  dataRow: 0x44,
  error: 0x45,
  notice: 0x4e,
  notification: 0x41,
  parameterStatus: 0x53,
  rowDescription: 0x54,
} as const

const headerBytes = 5
/** Kept of a notice, an error or a tag. */
const mostCollectedBytes = 64 * 1024
/** Kept of each of their fields. */
const mostFieldBytes = 8 * 1024
/** No other message comes near it. */
const mostForwardedBytes = 1024 * 1024

type Treatment = 'forward' | 'drop' | 'copy' | 'collect'

const treatments: ReadonlyMap<number, Treatment> = new Map<number, Treatment>([
  [code.dataRow, 'drop'],
  [code.rowDescription, 'drop'],
  [code.notification, 'drop'],
  [code.parameterStatus, 'drop'],
  [code.copyData, 'copy'],
  [code.notice, 'collect'],
  [code.error, 'collect'],
  [code.commandComplete, 'collect'],
])

type Effect = () => Promise<void> | void

export class WireTap {
  readonly #forward: (bytes: Buffer) => void
  readonly #handlers: WireHandlers
  readonly #header = Buffer.alloc(headerBytes)
  #headerLength = 0
  #code = 0
  #left = 0
  #treatment: Treatment = 'drop'
  #collected: Buffer[] = []
  #collectedBytes = 0

  constructor(forward: (bytes: Buffer) => void, handlers: WireHandlers) {
    this.#forward = forward
    this.#handlers = handlers
  }

  /**
   * Takes the next bytes, which become the tap's own. Null = they are dealt with; else wait before giving more.
   *
   * @throws Error when a message is too large to be honest
   */
  take(chunk: Buffer): Promise<void> | null {
    const effects = this.#read(chunk)
    for (let index = 0; index < effects.length; index += 1) {
      const pending = effects[index]?.()
      if (pending !== undefined) return this.#goOn(pending, effects.slice(index + 1))
    }
    return null
  }

  async #goOn(pending: Promise<void>, rest: readonly Effect[]): Promise<void> {
    await pending
    for (const effect of rest) await effect()
  }

  #read(chunk: Buffer): Effect[] {
    const effects: Effect[] = []
    // Payloads of COPY are moved together at the front of the chunk, behind what was read already.
    let copyStart = 0
    let copyEnd = 0
    const flushCopy = (): void => {
      if (copyEnd > copyStart) {
        const bytes = chunk.subarray(copyStart, copyEnd)
        effects.push(() => this.#handlers.onCopyData(bytes))
      }
      copyStart = copyEnd
    }
    for (let at = 0; at < chunk.length; ) {
      if (this.#left === 0 && !this.#isInMessage()) {
        at = this.#readHeader(chunk, at)
        if (!this.#isInMessage()) break
        if (this.#treatment !== 'copy') flushCopy()
        if (this.#treatment === 'forward') {
          const header = Buffer.from(this.#header)
          effects.push(() => this.#forward(header))
        }
      }
      const end = Math.min(at + this.#left, chunk.length)
      this.#left -= end - at
      if (this.#treatment === 'copy') {
        if (copyEnd === copyStart) copyStart = copyEnd = at
        if (copyEnd !== at) chunk.copyWithin(copyEnd, at, end)
        copyEnd += end - at
      } else if (this.#treatment === 'forward' && end > at) {
        const bytes = chunk.subarray(at, end)
        effects.push(() => this.#forward(bytes))
      } else if (this.#treatment === 'collect') this.#collect(chunk.subarray(at, end))
      at = end
      if (this.#left === 0) {
        if (this.#treatment === 'collect') effects.push(...this.#takeCollected())
        this.#headerLength = 0
      }
    }
    flushCopy()
    return effects
  }

  #isInMessage(): boolean {
    return this.#headerLength === headerBytes
  }

  #readHeader(chunk: Buffer, from: number): number {
    const end = Math.min(from + headerBytes - this.#headerLength, chunk.length)
    chunk.copy(this.#header, this.#headerLength, from, end)
    this.#headerLength += end - from
    if (!this.#isInMessage()) return end
    this.#code = this.#header.readUInt8(0)
    this.#left = this.#header.readUInt32BE(1) - 4
    this.#treatment = treatments.get(this.#code) ?? 'forward'
    if (this.#left < 0 || (this.#treatment === 'forward' && this.#left > mostForwardedBytes)) {
      throw new Error('the server sent a message that is not of its protocol')
    }
    return end
  }

  #collect(bytes: Buffer): void {
    const kept = bytes.subarray(0, Math.max(mostCollectedBytes - this.#collectedBytes, 0))
    if (kept.length === 0) return
    this.#collected.push(Buffer.from(kept))
    this.#collectedBytes += kept.length
  }

  #takeCollected(): Effect[] {
    const body = Buffer.concat(this.#collected)
    this.#collected = []
    this.#collectedBytes = 0
    if (this.#code === code.commandComplete) {
      const tag = textUntilNul(body, 0).text
      return [() => this.#handlers.onCommand(tag), () => this.#forward(message(code.commandComplete, [tag]))]
    }
    const fields = readFields(body)
    if (this.#code === code.error) return [() => this.#forward(errorMessage(fields))]
    const notice = { severity: fields.get('V') ?? fields.get('S') ?? 'NOTICE', message: fields.get('M') ?? '' }
    return [() => this.#handlers.onNotice(notice)]
  }
}

function textUntilNul(body: Buffer, from: number): { text: string; end: number } {
  const nul = body.indexOf(0, from)
  const end = nul === -1 ? body.length : nul
  return { text: body.toString('utf8', from, Math.min(end, from + mostFieldBytes)), end: end + 1 }
}

/** By the letter of the protocol. A cut body has its last field cut too. */
function readFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>()
  for (let at = 0; at < body.length && body[at] !== 0; ) {
    const letter = String.fromCharCode(body[at] ?? 0)
    const { text, end } = textUntilNul(body, at + 1)
    fields.set(letter, text)
    at = end
  }
  return fields
}

function errorMessage(fields: ReadonlyMap<string, string>): Buffer {
  return message(code.error, [...[...fields].map(([letter, text]) => `${letter}${text}`), ''])
}

function message(letter: number, texts: readonly string[]): Buffer {
  const body = Buffer.concat(texts.map((text) => Buffer.from(`${text}\0`)))
  const header = Buffer.alloc(headerBytes)
  header.writeUInt8(letter, 0)
  header.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([header, body])
}
