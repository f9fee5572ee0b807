/**
 * One connection of a client, read as plain requests for as long as every request on it is plain.
 *
 * Always true: at most one request is under way; bytes behind it wait, and while they wait no more is read; what is not
 * plain goes, with all bytes from its first one on, to Node's parser, which has the connection from then on. A request
 * that is left to Node's parser has not been sent to an instance. An answer begins only when the client took the last one.
 */
import type { Socket } from 'node:net'
import { refusalText } from '../refusal.ts'
import type { Outbox } from './outbox.ts'
import type { Ending, PlainClient, PlainPath, UnderWay } from './plain-path.ts'
import { type PlainRequest, readPlainRequest } from './read-head.ts'

export interface ClientConnectionOptions {
  readonly socket: Socket
  readonly path: PlainPath
  readonly outbox: Outbox
  /** Gives the connection to Node's parser. */
  readonly handOver: (socket: Socket) => void
}

/** Bytes up to so many are copied behind the text that stands before them, and sent with it in one piece. */
const mostCopied = 8 * 1024

export class ClientConnection implements PlainClient {
  readonly #options: ClientConnectionOptions
  readonly #socket: Socket
  readonly address: string
  readonly outbox: Outbox
  #underWay: UnderWay | null = null
  #rest: Buffer | null = null
  #text = ''
  #isEnding = false
  /** Since when it has no request under way. */
  idleSince = performance.now()
  hasAsked = false

  constructor(options: ClientConnectionOptions) {
    this.#options = options
    this.#socket = options.socket
    this.outbox = options.outbox
    this.address = options.socket.remoteAddress ?? ''
    this.#socket.on('data', this.#onData).on('drain', this.#onDrain).on('end', this.#onEnd)
    this.#socket.on('error', this.#onError).on('close', this.#onClose)
  }

  /** No request is under way, and the last answer has left. */
  get isIdle(): boolean {
    return this.#underWay === null && this.#text === '' && this.#socket.writableLength === 0
  }

  get isReady(): boolean {
    return !this.#socket.writableNeedDrain
  }

  destroy(): void {
    this.#socket.destroy()
  }

  text(text: string): void {
    this.#text += text
  }

  bytes(bytes: Buffer): void {
    if (bytes.length <= mostCopied) {
      this.#text += bytes.toString('latin1')
      return
    }
    this.#socket.cork()
    this.sendNow()
    this.#socket.write(Buffer.from(bytes))
    this.#socket.uncork()
  }

  flush(): void {
    if (this.#text !== '') this.outbox.add(this)
  }

  sendNow(): void {
    const text = this.#text
    this.#text = ''
    if (text !== '' && !this.#socket.destroyed) this.#socket.write(text, 'latin1')
  }

  readonly #onData = (bytes: Buffer): void => {
    if (this.#isEnding) return
    if (this.#underWay === null && this.#rest === null) return this.#next(bytes)
    this.#rest = this.#rest === null ? bytes : Buffer.concat([this.#rest, bytes])
    this.#socket.pause()
  }

  readonly #onDrain = (): void => {
    if (this.#underWay === null) this.#goOn()
    else this.#underWay.clientReady()
  }

  /** Who ends only its own direction cannot be told from who is gone. */
  readonly #onEnd = (): void => {
    this.sendNow()
    if (this.#isEnding || this.#underWay === null) this.#socket.end()
    else this.#socket.destroy()
  }

  readonly #onError = (): void => {
    this.#socket.destroy()
  }

  readonly #onClose = (): void => {
    const underWay = this.#underWay
    this.#underWay = null
    underWay?.clientGone()
  }

  #next(bytes: Buffer): void {
    const request = readPlainRequest(bytes)
    this.hasAsked = true
    const onEnd = (ending: Ending): void => {
      if (request !== null) this.#ended(request, ending, bytes)
    }
    const underWay = request === null ? null : this.#options.path.begin(request, this, onEnd)
    if (request === null || underWay === null) return this.#handOver(bytes)
    this.#underWay = underWay
    if (request.size < bytes.length) {
      this.#rest = bytes.subarray(request.size)
      this.#socket.pause()
    }
  }

  #ended(request: PlainRequest, ending: Ending, bytes: Buffer): void {
    this.#underWay = null
    this.idleSince = performance.now()
    if (ending.kind === 'broken') this.#socket.destroy()
    else if (ending.kind === 'unsent') {
      const rest = this.#rest ?? Buffer.alloc(0)
      this.#handOver(Buffer.concat([bytes.subarray(0, request.size), rest]))
    } else if (ending.kind === 'refused') {
      this.text(Buffer.from(refusalText(ending.refusal, request)).toString('latin1'))
      this.#finish()
    } else if (request.isLast) this.#finish()
    else this.#goOn()
  }

  #finish(): void {
    this.sendNow()
    this.#isEnding = true
    this.#rest = null
    this.#socket.end()
    // What the client still sends is taken and dropped: its end has to be seen.
    this.#socket.resume()
  }

  #goOn(): void {
    const rest = this.#rest
    if (rest === null || !this.isReady) return
    this.#rest = null
    this.#socket.resume()
    this.#next(rest)
  }

  #handOver(bytes: Buffer): void {
    const socket = this.#socket
    this.sendNow()
    this.#rest = null
    socket.off('data', this.#onData).off('drain', this.#onDrain).off('end', this.#onEnd)
    socket.off('error', this.#onError).off('close', this.#onClose)
    socket.pause()
    if (bytes.length > 0) socket.unshift(bytes)
    this.#options.handOver(socket)
    socket.resume()
  }
}
