import type { AttemptResult } from '@cairn/domain'
import type { AppendedLogChunk } from '@cairn/store'

/** How an attempt ended, to be recorded as a whole. */
export interface AttemptConclusion {
  readonly result: AttemptResult
  /** What of the attempt's log is not stored yet. */
  readonly log: AppendedLogChunk | null
}
