import { useEffect, useRef } from 'react'
import { findLines, tellsError } from './find-lines.ts'
import type { LogStore } from './log-store.ts'

async function firstError(store: LogStore, signal: AbortSignal): Promise<number | null> {
  for await (const [found] of findLines(store, 0, tellsError, signal)) if (found !== undefined) return found
  return null
}

/**
 * Looks for the first line that tells of an error; `tell` is given its index, or null when there is none. A search ends untold
 * when another begins, when the log is another one, and with the component.
 */
export function useFirstError(store: LogStore, tell: (index: number | null) => void): () => void {
  const leaving = useRef<AbortController | null>(null)
  useEffect(() => () => leaving.current?.abort(), [store])
  const look = async (search: AbortController): Promise<void> => {
    const index = await firstError(store, search.signal)
    if (!search.signal.aborted) tell(index)
  }
  return () => {
    leaving.current?.abort()
    leaving.current = new AbortController()
    void look(leaving.current)
  }
}
