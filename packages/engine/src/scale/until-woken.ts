import { type Database, type Hints, readScaleState, type StoredService } from '@cairn/store'

/** Hints may be lost. */
const lookEveryMs = 1_000

/**
 * Resolves when the service was woken, or put to sleep, since it was read; never otherwise. A database that does not
 * answer is no change.
 *
 * @param over ends the looking
 */
export function untilWoken(
  parts: { readonly database: Database; readonly hints: Hints },
  { state, scale }: StoredService,
  over: AbortSignal,
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  let isLooking = false
  const look = async (): Promise<void> => {
    if (isLooking || over.aborted) return
    isLooking = true
    const now = await readScaleState(parts.database.db, state.id).catch(() => null)
    isLooking = false
    if (now !== null && (now.wakes !== scale.wakes || now.tier !== scale.tier)) resolve()
  }
  const unsubscribe = parts.hints.subscribe('work', () => void look())
  const timer = setInterval(() => void look(), lookEveryMs)
  const end = (): void => {
    unsubscribe()
    clearInterval(timer)
  }
  if (over.aborted) end()
  else over.addEventListener('abort', end, { once: true })
  return promise
}
