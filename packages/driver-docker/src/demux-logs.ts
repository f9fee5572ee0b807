/**
 * Turns an engine's log stream into lines.
 *
 * The stream is frames of `stream(1) 0(3) length(4, big-endian) payload`, each payload `<RFC 3339 time> <text>`. A text
 * that ends with a line feed ends its line; one that does not is a part, continued by the next frame of that stream,
 * for engines cut lines at 16 KiB. State held: at most one unfinished frame, and per stream one unfinished line of less
 * than `maxLogLineBytes`.
 */
import { characterBoundary, DriverError, type LogLine, maxLogLineBytes } from '@cairn/driver'

const headerBytes = 8
const lineFeed = 0x0a
const space = 0x20
/** Engines send some 16 KiB; a length far beyond means that the stream is not of frames. */
const mostFrameBytes = 16 * 1024 * 1024
/** A longer first word is not a time. */
const mostTimeBytes = 40

type Stream = LogLine['stream']
interface UnfinishedLine {
  at: Date
  parts: Buffer[]
  bytes: number
}

export class LogDemultiplexer {
  #rest: Buffer[] = []
  #restBytes = 0
  /** Bytes that must be there before the next frame, or its header, can be read. */
  #wanted = headerBytes
  #lastTime = new Date(0)
  readonly #unfinished: Record<Stream, UnfinishedLine | null> = { stdout: null, stderr: null }

  /** Lines completed by these bytes, in the order of the stream. */
  push(chunk: Buffer): LogLine[] {
    this.#rest.push(chunk)
    this.#restBytes += chunk.length
    if (this.#restBytes < this.#wanted) return []
    const bytes = Buffer.concat(this.#rest)
    const lines: LogLine[] = []
    let start = 0
    for (;;) {
      const available = bytes.length - start
      this.#wanted = available < headerBytes ? headerBytes : frameLength(bytes, start)
      if (available < this.#wanted) break
      const payload = bytes.subarray(start + headerBytes, start + this.#wanted)
      this.#readFrame(bytes[start] === 2 ? 'stderr' : 'stdout', payload, lines)
      start += this.#wanted
    }
    this.#rest = [bytes.subarray(start)]
    this.#restBytes = bytes.length - start
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
    if (line.bytes > maxLogLineBytes) cutPieces(line, stream, lines)
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
}

function frameLength(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32BE(start + 4)
  if (length > mostFrameBytes) throw new DriverError('unknown', `the engine sent a log frame of ${length} bytes`)
  return headerBytes + length
}

/** Emits full pieces of an over-long line and leaves the remainder in it. */
function cutPieces(line: UnfinishedLine, stream: Stream, lines: LogLine[]): void {
  let rest = Buffer.concat(line.parts)
  while (rest.length > maxLogLineBytes) {
    const end = characterBoundary(rest, maxLogLineBytes)
    lines.push({ at: line.at, stream, text: rest.toString('utf8', 0, end) })
    rest = rest.subarray(end)
  }
  line.parts = [Buffer.from(rest)]
  line.bytes = rest.length
}
