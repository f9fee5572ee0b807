/**
 * What this driver knows of a container that it holds or held: what its holder has said, and the connection to it.
 *
 * Always true: what was said is never taken back, so it can be trusted whatever became of the connection. What was *not*
 * said can be trusted only while the connection lives, for others may release the container too.
 */
import { EventEmitter, once } from 'node:events'
import type { Duplex } from 'node:stream'
import type { Owner } from '@cairn/driver'
import { FrameReader } from '../read-frames.ts'
import { type HeldMark, type HeldWord, MarkScanner } from './held-marks.ts'

export interface SaidMark extends HeldMark {
  readonly at: Date
}

export interface HeldIdentity {
  /** The engine's id of the container. */
  readonly id: string
  readonly name: string
  readonly owner: Owner
  readonly nonce: string
  /** Hash of the spec that it was prepared with. */
  readonly heldHash: string
}

export class HeldContainer {
  readonly identity: HeldIdentity
  /** Messages that it did not answer in time. */
  unanswered = 0
  readonly #said = new Map<HeldWord, SaidMark>()
  #connection: Duplex | null = null
  readonly #changes = new EventEmitter().setMaxListeners(0)

  constructor(identity: HeldIdentity) {
    this.identity = identity
  }

  said(word: HeldWord): SaidMark | null {
    return this.#said.get(word) ?? null
  }

  get isConnected(): boolean {
    return this.#connection !== null
  }

  /** Takes what was read of its log, or from its connection. */
  note(mark: HeldMark, at: Date): void {
    if (!this.#said.has(mark.word)) this.#said.set(mark.word, { ...mark, at })
    this.#tell()
  }

  /** Listens to a connection to the container's standard error, and speaks over it from now on. */
  connect(connection: Duplex): void {
    this.disconnect()
    this.#connection = connection
    const frames = new FrameReader()
    const scanner = new MarkScanner(this.identity.nonce)
    connection.on('data', (chunk: Buffer) => {
      try {
        for (const { payload } of frames.push(chunk)) {
          for (const mark of scanner.push(payload)) this.note(mark, new Date())
        }
      } catch (error) {
        connection.destroy(error instanceof Error ? error : new Error(String(error)))
      }
    })
    const forget = (): void => {
      if (this.#connection !== connection) return
      this.#connection = null
      this.#tell()
    }
    // Its loss is told by `isConnected`, and the engine is asked.
    connection.on('error', forget)
    connection.on('end', () => connection.destroy())
    connection.on('close', forget)
  }

  /** Sends, if it can: whether it arrived shows in what the holder says. */
  say(message: string): void {
    this.#connection?.write(message)
  }

  disconnect(): void {
    const connection = this.#connection
    this.#connection = null
    connection?.destroy()
    this.#tell()
  }

  /** The first of the words to be said, or null when the connection ended, or `signal` aborted, before any was. */
  async hear(words: readonly HeldWord[], signal: AbortSignal): Promise<SaidMark | null> {
    for (;;) {
      const heard = words.map((word) => this.said(word)).find((mark) => mark !== null)
      if (heard !== undefined) return heard
      if (!this.isConnected || signal.aborted) return null
      try {
        await once(this.#changes, 'change', { signal })
      } catch {
        return null
      }
    }
  }

  #tell(): void {
    this.#changes.emit('change')
  }
}

/** The held containers of one driver, by name. */
export class HeldContainers {
  readonly #byName = new Map<string, HeldContainer>()

  get(name: string): HeldContainer | null {
    return this.#byName.get(name) ?? null
  }

  /** The record of this very container: one of the same name before it is forgotten. */
  of(identity: HeldIdentity): HeldContainer {
    const known = this.#byName.get(identity.name)
    if (known?.identity.id === identity.id) return known
    known?.disconnect()
    const held = new HeldContainer(identity)
    this.#byName.set(identity.name, held)
    return held
  }

  forget(name: string): void {
    this.#byName.get(name)?.disconnect()
    this.#byName.delete(name)
  }
}
