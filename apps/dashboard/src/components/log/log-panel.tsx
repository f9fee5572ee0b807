import { type ReactElement, useEffect, useState } from 'react'
import { ErrorNote } from '../error-note.tsx'
import { useToast } from '../toasts.tsx'
import { followAddress, goToEnd, goToLine, markLine, moveView, placeAt } from './log-place.ts'
import { LogToolbar } from './log-toolbar.tsx'
import { LogViewport } from './log-viewport.tsx'
import { useFirstError } from './use-first-error.ts'
import { type ReadLog, useLog } from './use-log.ts'
import { useMatches } from './use-matches.ts'

/** Above it, lines are not wrapped: their heights would all have to be known. */
const mostWrapped = 3_000

export interface LogPanelProps {
  readonly name: string
  /** Has to stay the same function as long as it is the same log. */
  readonly read: ReadLog
  /** The line that the address names, counted from 1. */
  readonly line?: number | null
  readonly onChooseLine?: (line: number) => void
  readonly onDownload?: (() => void) | null
}

function usePlace(line: number | null) {
  const [place, setPlace] = useState(() => placeAt(line))
  useEffect(() => setPlace((before) => followAddress(before, line)), [line])
  return [place, setPlace] as const
}

/**
 * A log, live: search, jump to the first error, times, wrapping, a line in the address, download. Only what is in view is
 * drawn, so a million lines do not slow the page.
 */
export function LogPanel({ name, read, line = null, onChooseLine, onDownload = null }: LogPanelProps): ReactElement {
  const { store, count, hasEnded, error } = useLog(read)
  const [wanted, setWanted] = useState('')
  const [wantsWrap, setWrapped] = useState(false)
  const [showsTime, setShowTime] = useState(false)
  const [place, setPlace] = usePlace(line)
  const goTo = (to: number): void => setPlace((before) => goToLine(before, to))
  const say = useToast()
  const canWrap = count <= mostWrapped
  const isWrapped = wantsWrap && canWrap
  const goToError = useFirstError(store, (index) => {
    if (index === null) say('No line tells of an error.')
    else goTo(index + 1)
  })
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <LogToolbar
        {...{ wanted, isWrapped, canWrap, showsTime, onDownload }}
        onWant={setWanted}
        matches={useMatches(store, wanted)}
        onGoTo={(index) => goTo(index + 1)}
        lineCount={count}
        onGoToLine={(chosen) => {
          goTo(chosen)
          onChooseLine?.(chosen)
        }}
        onFirstError={goToError}
        onWrap={setWrapped}
        onShowTime={setShowTime}
        isFollowing={place.isFollowing}
        onFollow={() => setPlace(goToEnd)}
      >
        {count === 0
          ? hasEnded
            ? 'It wrote nothing.'
            : 'No line yet.'
          : `${count.toLocaleString('en-GB')} ${count === 1 ? 'line' : 'lines'}`}
        {hasEnded || error !== null ? '' : ' · live'}
      </LogToolbar>
      <LogViewport
        {...{ name, store, count, place }}
        look={{ wanted, isWrapped, showsTime }}
        onMove={(isAtEnd) => setPlace((before) => moveView(before, isAtEnd))}
        onChoose={(chosen) => {
          setPlace((before) => markLine(before, chosen))
          onChooseLine?.(chosen)
        }}
      />
      {error === null ? null : <ErrorNote error={error} className="m-2" />}
    </div>
  )
}
