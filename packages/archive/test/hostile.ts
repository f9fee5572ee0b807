import type { ArchiveLimits } from '../src/index.ts'
import type { RawEnd, RawEntry } from './raw-zip.ts'

/** One way to attack, and what is answered. */
export interface Hostile {
  readonly is: string
  readonly entries: readonly RawEntry[]
  readonly end?: RawEnd
  readonly limits?: ArchiveLimits
  /** A part of the message. */
  readonly message: string | RegExp
}

export const ok: RawEntry = { name: 'ok.txt', content: 'fine' }
