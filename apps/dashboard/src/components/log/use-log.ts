import { useEffect, useState, useSyncExternalStore } from 'react'
import { type LogEntry, LogStore } from './log-store.ts'

/** Reads a log to its end, giving lines as they come; rejects when it cannot be read. Ends early when the signal aborts. */
export type ReadLog = (signal: AbortSignal, give: (entries: readonly LogEntry[]) => void) => Promise<void>

export interface Log {
  readonly store: LogStore
  readonly count: number
  readonly hasEnded: boolean
  readonly error: Error | null
}

/** @param read has to stay the same function as long as it is the same log */
export function useLog(read: ReadLog): Log {
  const [store, setStore] = useState(() => new LogStore())
  const [hasEnded, setEnded] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  useEffect(() => {
    const leaving = new AbortController()
    const fresh = new LogStore()
    setStore(fresh)
    setEnded(false)
    setError(null)
    read(leaving.signal, (entries) => fresh.append(entries)).then(
      () => setEnded(true),
      (failure: unknown) => {
        if (!leaving.signal.aborted) setError(failure instanceof Error ? failure : new Error(String(failure)))
      },
    )
    return () => leaving.abort()
  }, [read])
  const count = useSyncExternalStore(store.subscribe, () => store.count)
  return { store, count, hasEnded, error }
}
