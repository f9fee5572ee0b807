/**
 * Turns an engine's log stream into lines.
 *
 * Each frame's payload is `<RFC 3339 time> <text>`. A text that ends with a line feed ends its line; one that does not is
 * a part, continued by the next frame of that stream, for engines cut lines at 16 KiB. State held, besides the reader's:
 * per stream one unfinished line of at most `maxLogLineBytes` and the mark that may follow it.
 */
import { characterBoundary, type LogLine, maxLogLineBytes } from '@cairn/driver'
import { FrameReader } from './read-frames.ts'

const lineFeed = 0x0a
const space = 0x20
/** A longer first word is not a time. */
const mostTimeBytes = 40

type Stream = LogLine['stream']
interface UnfinishedLine {
  at: Date
  parts: Buffer[]
  bytes: number
}

export class LogDemultiplexer {
  readonly #frames = new FrameReader()
  readonly #mostMarkBytes: number
  #lastTime = new Date(0)
  readonly #unfinished: Record<Stream, UnfinishedLine | null> = { stdout: null, stderr: null }

  /** @param mostMarkBytes by how much a line may exceed the bound, so that a mark at its end stays whole */
  constructor(mostMarkBytes = 0) {
    this.#mostMarkBytes = mostMarkBytes
  }

  /** Lines completed by these bytes, in the order of the stream. */
  push(chunk: Buffer): LogLine[] {
    const lines: LogLine[] = []
    for (const { stream, payload } of this.#frames.push(chunk)) this.#readFrame(stream, payload, lines)
    return lines
  }

  /** What stands after the last line feed of each stream, once the stream has ended. */
  end(): LogLine[] {
    const lines: LogLine[] = []
    this.#flush('stdout', lines)
    this.#flush('stderr', lines)
    return lines.toSorted((a, b) => a.at.getTime() - b.at.getTime())
  }

  #readFrame(stream: Stream, payload: Buffer, lines: LogLine[]): void {
    const { at, text } = this.#splitTime(payload)
    const isComplete = text.at(-1) === lineFeed
    const line = this.#unfinished[stream] ?? { at, parts: [], bytes: 0 }
    line.parts.push(isComplete ? text.subarray(0, -1) : text)
    line.bytes += isComplete ? text.length - 1 : text.length
    this.#unfinished[stream] = line
    if (line.bytes > maxLogLineBytes + this.#mostMarkBytes) this.#cutPieces(line, stream, lines)
    if (isComplete) this.#flush(stream, lines)
  }

  #flush(stream: Stream, lines: LogLine[]): void {
    const line = this.#unfinished[stream]
    if (line === null) return
    this.#unfinished[stream] = null
    lines.push({ at: line.at, stream, text: Buffer.concat(line.parts).toString() })
  }

  #splitTime(payload: Buffer): { at: Date; text: Buffer } {
    const end = payload.subarray(0, mostTimeBytes).indexOf(space)
    const at = new Date(payload.toString('latin1', 0, Math.max(end, 0)))
    if (end <= 0 || Number.isNaN(at.getTime())) return { at: this.#lastTime, text: payload }
    this.#lastTime = at
    return { at, text: payload.subarray(end + 1) }
  }

  /** Emits full pieces of an over-long line and leaves the remainder in it. */
  #cutPieces(line: UnfinishedLine, stream: Stream, lines: LogLine[]): void {
    let rest = Buffer.concat(line.parts)
    while (rest.length > maxLogLineBytes + this.#mostMarkBytes) {
      const end = characterBoundary(rest, maxLogLineBytes)
      lines.push({ at: line.at, stream, text: rest.toString('utf8', 0, end) })
      rest = rest.subarray(end)
    }
    line.parts = [Buffer.from(rest)]
    line.bytes = rest.length
  }
}
