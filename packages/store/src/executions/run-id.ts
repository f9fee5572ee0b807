import { randomBytes } from 'node:crypto'

/**
 * The id of a new run: a UUID of version 7 (RFC 9562), which begins with the time, so that rows of runs that start
 * together lie together in every index; its other 74 bits are random.
 */
export function newRunId(now: number = Date.now()): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(now, 0, 6)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
