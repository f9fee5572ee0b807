import type { Clock } from '@cairn/domain'

/** A clock that stands still until it is moved. */
export interface ManualClock extends Clock {
  /** Moves on by so many milliseconds. */
  advance(ms: number): void
}

/** @param startMs epoch milliseconds; 2026-01-01T00:00:00Z by default */
export function createManualClock(startMs: number = Date.UTC(2026, 0, 1)): ManualClock {
  let current = startMs
  return {
    now: () => current,
    advance: (ms) => {
      current += ms
    },
  }
}
