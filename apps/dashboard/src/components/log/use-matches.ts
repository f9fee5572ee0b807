import { useEffect, useRef, useState } from 'react'
import { containing, findLines } from './find-lines.ts'
import type { LogStore } from './log-store.ts'

/** Indexes of the lines that contain `wanted`, in order, more as they are found; none when nothing is wanted. */
export function useMatches(store: LogStore, count: number, wanted: string): readonly number[] {
  const [matches, setMatches] = useState<readonly number[]>([])
  const seen = useRef({ store, wanted: '', until: 0 })
  useEffect(() => {
    const before = seen.current
    const isSame = before.store === store && before.wanted === wanted
    const from = isSame ? before.until : 0
    if (!isSame) setMatches([])
    if (wanted === '') {
      seen.current = { store, wanted, until: 0 }
      return undefined
    }
    const leaving = new AbortController()
    const look = async (): Promise<void> => {
      seen.current = { store, wanted, until: store.count }
      for await (const found of findLines(store, from, containing(wanted), leaving.signal)) {
        if (leaving.signal.aborted) return
        if (found.length > 0) setMatches((known) => [...known, ...found])
      }
    }
    const timer = setTimeout(() => void look(), settleMs)
    return () => {
      clearTimeout(timer)
      leaving.abort()
      // What was left half done is looked through again.
      if (seen.current.wanted === wanted) seen.current = { store, wanted: '', until: 0 }
    }
  }, [store, wanted, Math.floor(count / recountLines)])
  return matches
}

/** Milliseconds that typing may rest before it is looked for. */
const settleMs = 150
/** A log that grows is looked through again each time it grew by so many lines. */
const recountLines = 500
