/**
 * Writes one stream.
 *
 * Always true: chunks of a stream are appended with sequences that rise by one, in the order of `write`; a writer goes
 * on after the last stored chunk. Two writers of one stream cannot mix: the one that finds its next sequence taken is
 * superseded, stores nothing from then on and says so. At most one chunk is on its way at a time.
 *
 * While the database does not answer, the writer keeps its lines and tries again, and `write` waits once the buffer is
 * full, so that the source is read no faster than it can be stored.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { Db } from '../database/database.ts'
import { appendLogLines, lastLogSequence } from './append-log-lines.ts'
import type { LogLine } from './log-line.ts'

/** `written` = all lines are durable. `superseded` = another writer took the stream over and some lines were dropped. */
export type LogWriterOutcome = 'written' | 'superseded'

/** The last lines of a log that ended, as the chunk that comes next; not stored. */
export interface LogRest {
  readonly stream: string
  readonly sequence: number
  /** At least one. */
  readonly lines: readonly LogLine[]
}

export interface LogWriterOptions {
  /** A buffered line is stored after this many milliseconds at the latest, if the database answers. 200 by default. */
  readonly maxDelayMs?: number
  /** A chunk is closed when its text reaches this many UTF-16 units. 65,536 by default. */
  readonly maxChunkLength?: number
  /** Told of failures to store; each is followed by another try. */
  readonly onError?: (error: unknown) => void
  /** Stores a chunk; {@link appendLogLines} by default. `taken` supersedes the writer. */
  readonly append?: (stream: string, sequence: number, lines: readonly LogLine[]) => Promise<'stored' | 'taken'>
  /** Called after lines became durable, for example to hint readers. */
  readonly onStored?: () => void
}

/** Lines beyond this many chunks' worth wait in `write`. */
const bufferedChunks = 8
const firstRetryMs = 50
const lastRetryMs = 2000

export class LogWriter {
  readonly #db: Db
  readonly #stream: string
  readonly #options: Required<LogWriterOptions>
  readonly #closing = new AbortController()
  #buffer: LogLine[] = []
  #bufferLength = 0
  #timer: NodeJS.Timeout | null = null
  #flushing: Promise<void> | null = null
  #lastSequence: Promise<number> | null = null
  #outcome: LogWriterOutcome = 'written'

  constructor(db: Db, stream: string, options: LogWriterOptions = {}) {
    this.#db = db
    this.#stream = stream
    this.#options = {
      maxDelayMs: options.maxDelayMs ?? 200,
      maxChunkLength: options.maxChunkLength ?? 65_536,
      onError: options.onError ?? (() => undefined),
      onStored: options.onStored ?? (() => undefined),
      append: options.append ?? ((to, sequence, lines) => appendLogLines(db, to, sequence, lines)),
    }
  }

  /** What became of the lines so far. `superseded` is final. */
  get outcome(): LogWriterOutcome {
    return this.#outcome
  }

  /** Buffers a line. Waits while the buffer is full; otherwise resolves at once, before the line is durable. */
  async write(line: LogLine): Promise<void> {
    if (this.#outcome === 'superseded') return
    this.#buffer.push(line)
    this.#bufferLength += line.text.length
    // Asked for early, so that the first chunk does not wait for it; a failure counts only there.
    this.#knowLastSequence().catch(() => undefined)
    if (this.#bufferLength >= this.#options.maxChunkLength) void this.#flush()
    else this.#timer ??= setTimeout(() => void this.#flush(), this.#options.maxDelayMs)
    while (this.#bufferLength >= bufferedChunks * this.#options.maxChunkLength) await this.#flush()
  }

  /** Resolves when every line written so far is durable, or the writer is superseded. */
  async flush(): Promise<LogWriterOutcome> {
    while (this.#buffer.length > 0 || this.#flushing !== null) await this.#flush()
    return this.#outcome
  }

  /**
   * Stores what is left. However long the database is away, it waits; `signal` gives up.
   *
   * @throws the signal's reason when it aborts before all lines are durable
   */
  close(signal?: AbortSignal): Promise<LogWriterOutcome> {
    return this.#closeBy(() => this.flush(), signal)
  }

  /**
   * As `close`, but lines that fit one chunk are handed back, for the caller to store together with what they lead to.
   * Only for a stream without another writer, for the caller cannot be told that it was superseded.
   *
   * @returns null = every line is durable
   */
  closeWithRest(signal?: AbortSignal): Promise<LogRest | 'superseded' | null> {
    return this.#closeBy(async () => {
      const isRest = this.#flushing === null && this.#buffer.length > 0
      if (!isRest || this.#bufferLength >= this.#options.maxChunkLength) {
        return (await this.flush()) === 'written' ? null : 'superseded'
      }
      const lines = this.#takeChunk()
      const lastSequence = await this.#insist(() => this.#knowLastSequence())
      return { stream: this.#stream, sequence: lastSequence + 1, lines }
    }, signal)
  }

  async #closeBy<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    const giveUp = (): void => this.#closing.abort(signal?.reason)
    if (signal?.aborted === true) giveUp()
    signal?.addEventListener('abort', giveUp, { once: true })
    try {
      return await work()
    } finally {
      signal?.removeEventListener('abort', giveUp)
      if (this.#timer !== null) clearTimeout(this.#timer)
      this.#timer = null
    }
  }

  /** Joins the flush that is under way, or starts one. Rejects only when `close` gave up. */
  #flush(): Promise<void> {
    this.#flushing ??= this.#store().finally(() => {
      this.#flushing = null
    })
    // `write` starts flushes that nobody awaits; a flush that gave up is reported by `close`.
    this.#flushing.catch(() => undefined)
    return this.#flushing
  }

  async #store(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    while (this.#buffer.length > 0) {
      const lines = this.#takeChunk()
      const stored = await this.#storeChunk(lines)
      if (stored === 'taken') return this.#supersede()
      this.#options.onStored()
    }
  }

  #takeChunk(): LogLine[] {
    let length = 0
    let count = 0
    for (const line of this.#buffer) {
      if (length >= this.#options.maxChunkLength) break
      length += line.text.length
      count += 1
    }
    this.#bufferLength -= length
    return this.#buffer.splice(0, count)
  }

  #storeChunk(lines: readonly LogLine[]): Promise<'stored' | 'taken'> {
    return this.#insist(async () => {
      const sequence = (await this.#knowLastSequence()) + 1
      const stored = await this.#options.append(this.#stream, sequence, lines)
      if (stored === 'stored') this.#lastSequence = Promise.resolve(sequence)
      return stored
    })
  }

  #knowLastSequence(): Promise<number> {
    this.#lastSequence ??= lastLogSequence(this.#db, this.#stream).catch((error: unknown) => {
      this.#lastSequence = null
      throw error
    })
    return this.#lastSequence
  }

  /** Tries until it succeeds or `close` gives up. */
  async #insist<T>(task: () => Promise<T>): Promise<T> {
    for (let delayMs = firstRetryMs; ; delayMs = Math.min(delayMs * 2, lastRetryMs)) {
      this.#closing.signal.throwIfAborted()
      try {
        return await task()
      } catch (error) {
        this.#options.onError(error)
        await pause(delayMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
      }
    }
  }

  #supersede(): void {
    this.#outcome = 'superseded'
    this.#buffer = []
    this.#bufferLength = 0
  }
}
