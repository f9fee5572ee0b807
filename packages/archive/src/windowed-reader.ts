import type { FileHandle } from 'node:fs/promises'
import { RandomAccessReader } from 'yauzl'

const windowBytes = 64 * 1024
/** One moves through the directory, the other through the local headers. */
const windowCount = 2

interface Window {
  readonly bytes: Buffer
  start: number
  end: number
}

type ReadArguments = readonly [
  buffer: Buffer,
  offset: number,
  length: number,
  position: number,
  answer: (error: Error | null, bytesRead?: number) => void,
]

/**
 * Reads a file for yauzl by windows: headers are small and lie one after the other, and a system call for each would
 * cost more than everything else. The file stays open.
 */
export class WindowedReader extends RandomAccessReader {
  readonly #file: FileHandle
  /** The one used last is the last. */
  #windows: readonly Window[] = []

  constructor(file: FileHandle) {
    super()
    this.#file = file
  }

  /** The answer comes at once when a window has the bytes; so the loop of events has a turn at each new window only. */
  override read(...[buffer, offset, length, position, answer]: ReadArguments): void {
    const known = this.#windows.find(({ start, end }) => position >= start && position + length <= end)
    if (known !== undefined) {
      this.#windows = [...this.#windows.filter((window) => window !== known), known]
      answer(null, copyFrom(known, buffer.subarray(offset, offset + length), position))
      return
    }
    this.#load(position, length).then(
      (window) => answer(null, copyFrom(window, buffer.subarray(offset, offset + length), position)),
      (error: unknown) =>
        answer(error instanceof Error ? error : new Error('the file cannot be read', { cause: error })),
    )
  }

  async #load(position: number, length: number): Promise<Window> {
    const isLarge = length > windowBytes
    const oldest = this.#windows.length < windowCount ? undefined : this.#windows[0]
    const bytes = isLarge || oldest === undefined ? Buffer.alloc(Math.max(length, windowBytes)) : oldest.bytes
    // Not a window of anything while its bytes change.
    if (!isLarge) this.#windows = this.#windows.filter((window) => window !== oldest)
    const { bytesRead } = await this.#file.read(bytes, 0, bytes.length, position)
    const window = { bytes, start: position, end: position + bytesRead }
    if (!isLarge) this.#windows = [...this.#windows, window]
    return window
  }
}

/** The bytes that the window has of those asked for. */
function copyFrom(window: Window, target: Buffer, position: number): number {
  return window.bytes.copy(
    target,
    0,
    position - window.start,
    Math.min(window.end, position + target.length) - window.start,
  )
}
