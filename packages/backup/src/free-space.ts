import { statfs } from 'node:fs/promises'
import { listFiles } from './list-files.ts'

/** What is left free on any disk that backups and proofs are written to: a full disk would stop the database. */
const keptFreeBytes = 1 << 30

/** There is not the room that it takes. */
export class NoSpaceError extends Error {
  constructor(directory: string, neededBytes: number, freeBytes: number) {
    super(
      `${directory} has ${inMegabytes(freeBytes)} free, and up to ${inMegabytes(neededBytes)} with ${inMegabytes(keptFreeBytes)} to spare are needed: make room`,
    )
    this.name = 'NoSpaceError'
  }
}

const inMegabytes = (bytes: number): string => `${Math.ceil(bytes / 1e6)} MB`

/** @throws NoSpaceError when so much would leave the disk too full */
export async function requireSpace(directory: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(directory)
  const free = bavail * bsize
  if (free < bytes + keptFreeBytes) throw new NoSpaceError(directory, bytes, free)
}

/** Bytes of all files below a directory; 0 when it is not there. */
export async function sizeOfTree(directory: string): Promise<number> {
  let bytes = 0
  try {
    for await (const { kind, stats } of listFiles({ directory, path: '', isWanted: () => true })) {
      if (kind === 'file') bytes += stats.size
    }
  } catch {
    return bytes
  }
  return bytes
}
