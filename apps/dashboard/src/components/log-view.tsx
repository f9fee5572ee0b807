import { type ReactElement, useEffect, useRef, useState } from 'react'
import { ErrorNote } from './error-note.tsx'

/** A log as it grows; ends when it has ended or the signal aborts. */
export type FollowLog = (signal: AbortSignal) => AsyncIterable<{ readonly message: string }>

/** Lines that stay on the screen; earlier ones make room. */
const mostLines = 5_000
/** Milliseconds between two drawings, however fast lines come. */
const drawEveryMs = 150
/** Pixels from the end within which whoever reads stays at the end. */
const nearEnd = 40

interface Shown {
  readonly lines: readonly string[]
  readonly isCut: boolean
  readonly hasEnded: boolean
  readonly error: Error | null
}

const nothing: Shown = { lines: [], isCut: false, hasEnded: false, error: null }

function withLines(shown: Shown, added: readonly string[]): Shown {
  const lines = [...shown.lines, ...added]
  return { ...shown, lines: lines.slice(-mostLines), isCut: shown.isCut || lines.length > mostLines }
}

/** @param follow has to stay the same function as long as it is the same log */
function useLog(follow: FollowLog): Shown {
  const [shown, setShown] = useState(nothing)
  useEffect(() => {
    const leaving = new AbortController()
    let waiting: string[] = []
    const draw = (): void => {
      if (waiting.length === 0) return
      const added = waiting
      waiting = []
      setShown((before) => withLines(before, added))
    }
    const timer = setInterval(draw, drawEveryMs)
    const read = async (): Promise<void> => {
      setShown(nothing)
      try {
        for await (const { message } of follow(leaving.signal)) waiting.push(message)
        draw()
        setShown((before) => ({ ...before, hasEnded: true }))
      } catch (error) {
        if (leaving.signal.aborted) return
        setShown((before) => ({ ...before, error: error instanceof Error ? error : new Error(String(error)) }))
      }
    }
    void read()
    return () => {
      leaving.abort()
      clearInterval(timer)
    }
  }, [follow])
  return shown
}

/** The end of a log, live. Stays at the end until whoever reads scrolls up. */
export function LogView({ name, follow }: { readonly name: string; readonly follow: FollowLog }): ReactElement {
  const { lines, isCut, hasEnded, error } = useLog(follow)
  const box = useRef<HTMLPreElement>(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [lines])
  return (
    <section className="mt-6">
      <h2 className="mb-2 font-semibold">{name}</h2>
      {isCut ? <p className="mb-2 text-faint">The last {mostLines} lines; the whole log can be downloaded.</p> : null}
      <pre
        ref={box}
        tabIndex={0}
        aria-label={name}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < nearEnd
        }}
        className="max-h-[60vh] min-h-12 overflow-auto rounded-lg border border-line bg-surface p-3 font-mono text-[12.5px] leading-5"
      >
        {lines.length === 0 ? (hasEnded ? 'It wrote nothing.' : 'No line yet.') : lines.join('\n')}
      </pre>
      {error === null ? null : <ErrorNote error={error} />}
    </section>
  )
}
