import { useEffect, useState } from 'react'
import { containing, followLines } from './find-lines.ts'
import type { LogStore } from './log-store.ts'

/** Indexes of the lines that contain `wanted`, in order, more as they are found; none when nothing is wanted. */
export function useMatches(store: LogStore, wanted: string): readonly number[] {
  const [matches, setMatches] = useState<readonly number[]>([])
  useEffect(() => {
    setMatches([])
    if (wanted === '') return undefined
    const leaving = new AbortController()
    const look = async (): Promise<void> => {
      for await (const found of followLines(store, containing(wanted), leaving.signal)) {
        if (leaving.signal.aborted) return
        setMatches((known) => [...known, ...found])
      }
    }
    const timer = setTimeout(() => void look(), settleMs)
    return () => {
      clearTimeout(timer)
      leaving.abort()
    }
  }, [store, wanted])
  return matches
}

/** Milliseconds that typing may rest before it is looked for. */
const settleMs = 150
