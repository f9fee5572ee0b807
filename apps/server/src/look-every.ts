/**
 * Looks again and again, never twice at a time. `look` must not reject.
 *
 * @returns the way to end it; a look under way goes on to its end
 */
export function lookEvery(everyMs: number, look: () => Promise<void>): () => void {
  let looking: Promise<void> | null = null
  const timer = setInterval(() => {
    looking ??= look().finally(() => {
      looking = null
    })
  }, everyMs).unref()
  return () => clearInterval(timer)
}
