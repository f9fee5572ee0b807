/** Learns while a build runs that somebody wants it to end. Hints may be lost, so it also looks by itself. */
import { type Database, type Hints, isBuildStopping } from '@cairn/store'

const lookEveryMs = 1000

export interface StopWatch {
  /** Aborts when somebody does. */
  readonly signal: AbortSignal
  close(): void
}

export function watchForStop(
  { database, hints }: { readonly database: Database; readonly hints: Hints },
  buildId: number,
): StopWatch {
  const controller = new AbortController()
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking) return
    isLooking = true
    // A database that is away is asked again.
    const isStopping = await isBuildStopping(database.db, buildId).catch(() => false)
    isLooking = false
    if (isStopping) controller.abort()
  }
  const timer = setInterval(() => void look(), lookEveryMs)
  const unsubscribe = hints.subscribe('stop', () => void look())
  return {
    signal: controller.signal,
    close() {
      clearInterval(timer)
      unsubscribe()
    },
  }
}
