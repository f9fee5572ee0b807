/**
 * The frames in which an engine sends the two streams of a container over one connection: `stream(1) 0(3) length(4,
 * big-endian) payload`. State held: at most one unfinished frame.
 */
import { DriverError } from '@cairn/driver'

const headerBytes = 8
/** Engines send some 16 KiB; a length far beyond means that the stream is not of frames. */
const mostFrameBytes = 16 * 1024 * 1024
const stderrNumber = 2

export interface Frame {
  readonly stream: 'stdout' | 'stderr'
  readonly payload: Buffer
}

export class FrameReader {
  #rest: Buffer[] = []
  #restBytes = 0
  /** Bytes that must be there before the next frame, or its header, can be read. */
  #wanted = headerBytes

  /** Frames completed by these bytes. */
  push(chunk: Buffer): Frame[] {
    this.#rest.push(chunk)
    this.#restBytes += chunk.length
    if (this.#restBytes < this.#wanted) return []
    const bytes = Buffer.concat(this.#rest)
    const frames: Frame[] = []
    let start = 0
    for (;;) {
      const available = bytes.length - start
      this.#wanted = available < headerBytes ? headerBytes : frameLength(bytes, start)
      if (available < this.#wanted) break
      const payload = bytes.subarray(start + headerBytes, start + this.#wanted)
      frames.push({ stream: bytes[start] === stderrNumber ? 'stderr' : 'stdout', payload })
      start += this.#wanted
    }
    this.#rest = [bytes.subarray(start)]
    this.#restBytes = bytes.length - start
    return frames
  }
}

function frameLength(bytes: Buffer, start: number): number {
  const length = bytes.readUInt32BE(start + 4)
  if (length > mostFrameBytes) throw new DriverError('unknown', `the engine sent a frame of ${length} bytes`)
  return headerBytes + length
}
