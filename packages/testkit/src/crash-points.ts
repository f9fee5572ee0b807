import type { CrashPoints } from '@cairn/domain'

/** Ends the process on the spot when a named point is reached: no handler, no flush, no `finally` runs. */
export function killAt(...names: readonly string[]): CrashPoints {
  return {
    reach: (name) => {
      if (names.includes(name)) process.kill(process.pid, 'SIGKILL')
    },
  }
}

/** Ends the process on the spot at any point with this probability (0 to 1). */
export function killAtRandom(probability: number): CrashPoints {
  return {
    reach: () => {
      if (Math.random() < probability) process.kill(process.pid, 'SIGKILL')
    },
  }
}
