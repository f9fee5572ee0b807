import { type ReactElement, useEffect, useState } from 'react'
import { ErrorNote } from '../error-note.tsx'
import { useToast } from '../toasts.tsx'
import { findLines, tellsError } from './find-lines.ts'
import type { LogStore } from './log-store.ts'
import { LogToolbar } from './log-toolbar.tsx'
import { LogViewport } from './log-viewport.tsx'
import { type ReadLog, useLog } from './use-log.ts'
import { useMatches } from './use-matches.ts'

/** Above it, lines are not wrapped: their heights would all have to be known. */
const mostWrapped = 3_000

async function firstError(store: LogStore): Promise<number | null> {
  const leaving = new AbortController()
  for await (const [found] of findLines(store, 0, tellsError, leaving.signal)) if (found !== undefined) return found
  return null
}

export interface LogPanelProps {
  readonly name: string
  /** Has to stay the same function as long as it is the same log. */
  readonly read: ReadLog
  /** The line that the address names, counted from 1. */
  readonly line?: number | null
  readonly onChooseLine?: (line: number) => void
  readonly onDownload?: (() => void) | null
}

/** Which line is marked, and whether the view stays at the end. */
function usePlace(line: number | null) {
  const [isFollowing, setFollowing] = useState(line === null)
  const [chosen, setChosen] = useState(line)
  useEffect(() => setChosen(line), [line])
  const goTo = (index: number): void => {
    setFollowing(false)
    setChosen(index + 1)
  }
  const goToEnd = (): void => {
    setChosen(null)
    setFollowing(true)
  }
  return { isFollowing, setFollowing, chosen, setChosen, goTo, goToEnd }
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
  const place = usePlace(line)
  const say = useToast()
  const canWrap = count <= mostWrapped
  const isWrapped = wantsWrap && canWrap
  const goToError = async (): Promise<void> => {
    const index = await firstError(store)
    if (index === null) say('No line tells of an error.')
    else place.goTo(index)
  }
  return (
    <div className="overflow-hidden rounded-lg border border-line">
      <LogToolbar
        {...{ wanted, isWrapped, canWrap, showsTime, onDownload }}
        onWant={setWanted}
        matches={useMatches(store, wanted)}
        onGoTo={place.goTo}
        onFirstError={() => void goToError()}
        onWrap={setWrapped}
        onShowTime={setShowTime}
        isFollowing={place.isFollowing}
        onFollow={place.goToEnd}
      >
        {count === 0 ? (hasEnded ? 'It wrote nothing.' : 'No line yet.') : `${count.toLocaleString('en-GB')} lines`}
        {hasEnded || error !== null ? '' : ' · live'}
      </LogToolbar>
      <LogViewport
        {...{ name, store, count }}
        look={{ wanted, isWrapped, showsTime, line: place.chosen }}
        isFollowing={place.isFollowing}
        onFollow={place.setFollowing}
        onChoose={(index) => {
          place.setChosen(index)
          onChooseLine?.(index)
        }}
      />
      {error === null ? null : <ErrorNote error={error} className="m-2" />}
    </div>
  )
}
