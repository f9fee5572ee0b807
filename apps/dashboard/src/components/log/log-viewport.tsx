import { type ReactElement, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { LogEntry, LogStore } from './log-store.ts'
import { LogRow } from './log-row.tsx'
import { scrollTopOf, windowAt } from './row-window.ts'

/** Pixels. */
const rowHeight = 20
/** Pixels from the end within which whoever reads stays at the end. */
const nearEnd = 40

export interface LogLook {
  readonly wanted: string
  readonly isWrapped: boolean
  readonly showsTime: boolean
  /** Counted from 1; null = none. */
  readonly line: number | null
}

type Box = RefObject<HTMLDivElement | null>

/** How high the box is, in pixels. */
function useHeight(box: Box): number {
  const [height, setHeight] = useState(400)
  useEffect(() => {
    const shown = box.current
    if (shown === null) return undefined
    const observer = new ResizeObserver(() => setHeight(shown.clientHeight))
    observer.observe(shown)
    return () => observer.disconnect()
  }, [box])
  return height
}

function Rows({
  store,
  from,
  to,
  look,
  onChoose,
}: {
  readonly store: LogStore
  readonly from: number
  readonly to: number
  readonly look: LogLook
  readonly onChoose: (line: number) => void
}): ReactElement {
  const rows: { readonly index: number; readonly entry: LogEntry }[] = []
  for (let index = from; index < to; index += 1) {
    const entry = store.entry(index)
    if (entry !== undefined) rows.push({ index, entry })
  }
  return (
    <>
      {rows.map(({ index, entry }) => (
        <LogRow
          key={index}
          index={index}
          entry={entry}
          {...look}
          isChosen={look.line === index + 1}
          onChoose={onChoose}
        />
      ))}
    </>
  )
}

/** The part of a log that is in view. Stays at the end as long as `isFollowing`. */
export function LogViewport({
  name,
  store,
  count,
  look,
  isFollowing,
  onFollow,
  onChoose,
}: {
  readonly name: string
  readonly store: LogStore
  readonly count: number
  readonly look: LogLook
  readonly isFollowing: boolean
  readonly onFollow: (isFollowing: boolean) => void
  readonly onChoose: (line: number) => void
}): ReactElement {
  const box: Box = useRef(null)
  const [scrollTop, setScrollTop] = useState(0)
  const viewport = { rows: count, rowHeight, viewHeight: useHeight(box) }
  useLayoutEffect(() => {
    if (isFollowing) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [isFollowing, count, look.isWrapped, viewport.viewHeight])
  const isThere = look.line !== null && look.line <= count
  useLayoutEffect(() => {
    if (look.line !== null && isThere) box.current?.scrollTo({ top: scrollTopOf(look.line - 1, viewport) })
    // Once per line, not whenever the log grows.
  }, [look.line, isThere])
  const { height, first, count: drawn, offset } = windowAt(scrollTop, viewport)
  const shown = { store, look, onChoose }
  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={name}
      onScroll={({ currentTarget: { scrollTop: top, scrollHeight, clientHeight } }) => {
        setScrollTop(top)
        onFollow(scrollHeight - top - clientHeight < nearEnd)
      }}
      className="h-[min(60vh,36rem)] overflow-auto bg-surface font-mono text-[12.5px] leading-5 -outline-offset-2"
    >
      {look.isWrapped ? (
        <Rows from={0} to={count} {...shown} />
      ) : (
        <div className="relative" style={{ height }}>
          <div className="absolute left-0 w-max min-w-full" style={{ top: offset }}>
            <Rows from={first} to={first + drawn} {...shown} />
          </div>
        </div>
      )}
    </div>
  )
}
