import { type ReactElement, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { LogEntry, LogStore } from './log-store.ts'
import type { LogPlace } from './log-place.ts'
import { LogRow } from './log-row.tsx'
import { scrollTopOf, type Viewport, windowAt } from './row-window.ts'

/** Pixels. */
const rowHeight = 20
/** Lines. */
const leastShown = 12
/** Pixels from the end within which whoever reads stays at the end. */
const nearEnd = 40

export interface LogLook {
  readonly wanted: string
  readonly isWrapped: boolean
  readonly showsTime: boolean
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

/** Scrolls so that a row of any height stands a third from the top. Not `scrollIntoView`, which moves the page as well. */
function scrollToElement(box: HTMLElement, row: Element): void {
  const inBox = row.getBoundingClientRect().top - box.getBoundingClientRect().top
  box.scrollTo({ top: box.scrollTop + inBox - box.clientHeight / 3 })
}

/** Goes to the line once each time that is asked for, as soon as the line is there. */
function useGoing(box: Box, { line, goes }: LogPlace, viewport: Viewport, isWrapped: boolean): void {
  const gone = useRef(0)
  const isThere = line !== null && line <= viewport.rows
  useLayoutEffect(() => {
    const shown = box.current
    if (shown === null || line === null || !isThere || gone.current === goes) return
    gone.current = goes
    const row = shown.children[line - 1]
    if (!isWrapped) shown.scrollTo({ top: scrollTopOf(line - 1, viewport) })
    else if (row !== undefined) scrollToElement(shown, row)
    // Not whenever the log grows.
  }, [goes, isThere])
}

function Rows({
  store,
  from,
  to,
  look,
  line,
  onChoose,
}: {
  readonly store: LogStore
  readonly from: number
  readonly to: number
  readonly look: LogLook
  readonly line: number | null
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
        <LogRow key={index} index={index} entry={entry} {...look} isChosen={line === index + 1} onChoose={onChoose} />
      ))}
    </>
  )
}

/** The part of a log that is in view. */
export function LogViewport({
  name,
  store,
  count,
  look,
  place,
  onMove,
  onChoose,
}: {
  readonly name: string
  readonly store: LogStore
  readonly count: number
  readonly look: LogLook
  readonly place: LogPlace
  readonly onMove: (isAtEnd: boolean) => void
  readonly onChoose: (line: number) => void
}): ReactElement {
  const box: Box = useRef(null)
  const [scrollTop, setScrollTop] = useState(0)
  const viewport = { rows: count, rowHeight, viewHeight: useHeight(box) }
  useLayoutEffect(() => {
    if (place.isFollowing) box.current?.scrollTo({ top: box.current.scrollHeight })
  }, [place.isFollowing, count, look.isWrapped, viewport.viewHeight])
  useGoing(box, place, viewport, look.isWrapped)
  const { height, first, count: drawn, offset } = windowAt(scrollTop, viewport)
  const shown = { store, look, line: place.line, onChoose }
  return (
    <div
      ref={box}
      tabIndex={0}
      role="log"
      aria-live="off"
      aria-label={name}
      onScroll={({ currentTarget: { scrollTop: top, scrollHeight, clientHeight } }) => {
        setScrollTop(top)
        onMove(scrollHeight - top - clientHeight < nearEnd)
      }}
      style={{ minHeight: Math.min(count + 2, leastShown) * rowHeight }}
      className="max-h-[min(60vh,36rem)] overflow-auto bg-surface font-mono text-[12.5px] leading-5 -outline-offset-2"
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
