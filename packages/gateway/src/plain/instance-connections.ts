/**
 * Kept connections to one instance, each for one request at a time.
 *
 * Always true: a connection that is lent out belongs to one borrower until it is given back or destroyed; one that got a
 * byte or an end while nobody had it, or has been idle too long, is never lent again, so that no answer can reach the
 * wrong request.
 */
import { connect, type Socket } from 'node:net'
import type { RoutedInstance } from '@cairn/store'
import type { Outbox, Sender } from './outbox.ts'

export interface Borrower {
  onConnected(): void
  /** The bytes are another's after the call: what is kept of them is copied. */
  onData(bytes: Buffer): void
  /** The connection is gone. null = the instance ended it. */
  onGone(error: Error | null): void
}

export interface ConnectionTimes {
  readonly connectMs: number
  /** Idle ones are closed after so long. */
  readonly keepMs: number
}

const readSize = 64 * 1024

export class InstanceConnections {
  readonly #instance: RoutedInstance
  readonly #times: ConnectionTimes
  readonly #idle: InstanceConnection[] = []
  readonly #all = new Set<InstanceConnection>()
  #isClosed = false

  constructor(instance: RoutedInstance, times: ConnectionTimes) {
    this.#instance = instance
    this.#times = times
  }

  /** A kept connection, or null: then `open` makes one. */
  take(borrower: Borrower): InstanceConnection | null {
    const now = performance.now()
    for (let kept = this.#idle.pop(); kept !== undefined; kept = this.#idle.pop()) {
      // One that is destroyed leaves the list only when it has closed.
      if (kept.socket.destroyed || now - kept.idleSince > this.#times.keepMs) kept.destroy()
      else {
        kept.borrower = borrower
        return kept
      }
    }
    return null
  }

  open(borrower: Borrower): InstanceConnection {
    const connection = new InstanceConnection(this.#instance, borrower, this.#times.connectMs)
    this.#all.add(connection)
    connection.socket.once('close', () => {
      this.#all.delete(connection)
      const place = this.#idle.indexOf(connection)
      if (place >= 0) this.#idle.splice(place, 1)
    })
    return connection
  }

  giveBack(connection: InstanceConnection): void {
    connection.borrower = null
    if (this.#isClosed || connection.socket.destroyed || connection.isSending) {
      connection.destroy()
      return
    }
    connection.idleSince = performance.now()
    this.#idle.push(connection)
  }

  /** Closes what has been idle for too long. */
  sweep(now: number): void {
    while (this.#idle[0] !== undefined && now - this.#idle[0].idleSince > this.#times.keepMs) {
      this.#idle.shift()?.destroy()
    }
  }

  /** Those that are lent out end with their requests. */
  close(): void {
    this.#isClosed = true
    for (const connection of this.#idle.splice(0)) connection.destroy()
  }

  destroy(): void {
    this.close()
    for (const connection of this.#all) connection.socket.destroy()
  }
}

export class InstanceConnection implements Sender {
  readonly socket: Socket
  borrower: Borrower | null
  idleSince = 0
  #text = ''

  constructor({ host, port }: RoutedInstance, borrower: Borrower, connectMs: number) {
    this.borrower = borrower
    // One buffer for all that comes: making one for each read is a large part of the cost of a small answer.
    const buffer = Buffer.allocUnsafeSlow(readSize)
    const callback = (count: number): boolean => {
      if (this.borrower === null) this.socket.destroy()
      else this.borrower.onData(buffer.subarray(0, count))
      return true
    }
    this.socket = connect({ host, port, noDelay: true, onread: { buffer, callback } })
    const { socket } = this
    let failure: Error | null = null
    const timer = setTimeout(() => socket.destroy(new Error('no connection in time')), connectMs)
    socket.once('connect', () => {
      clearTimeout(timer)
      this.borrower?.onConnected()
    })
    socket.on('end', () => this.#gone(null))
    socket.on('error', (error) => (failure = error))
    socket.once('close', () => {
      clearTimeout(timer)
      this.#gone(failure)
    })
  }

  /** Not all that was sent has left. */
  get isSending(): boolean {
    return this.#text !== '' || this.socket.writableLength > 0
  }

  /** Sends text of one character per byte, at the end of this turn. */
  send(text: string, outbox: Outbox): void {
    this.#text += text
    outbox.add(this)
  }

  sendNow(): void {
    const text = this.#text
    this.#text = ''
    if (text !== '' && !this.socket.destroyed) this.socket.write(text, 'latin1')
  }

  /** Nothing more of it is told. */
  destroy(): void {
    this.borrower = null
    this.socket.destroy()
  }

  #gone(error: Error | null): void {
    const { borrower } = this
    this.borrower = null
    this.socket.destroy()
    borrower?.onGone(error)
  }
}
