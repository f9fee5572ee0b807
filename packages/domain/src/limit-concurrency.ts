/** Runs at most so many tasks at a time; the others wait in order. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

export function limitConcurrency(most: number): Limiter {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await task()
    } finally {
      // A place is handed on, not given back, so that nobody overtakes.
      const next = waiting.shift()
      if (next === undefined) running -= 1
      else next()
    }
  }
}
