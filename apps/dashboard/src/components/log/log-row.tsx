import type { ReactElement } from 'react'
import { type StyledText, styledPieces } from './ansi.ts'
import type { LogEntry } from './log-store.ts'

/** Of the 16 colours of terminals, those that can be read on both grounds. */
const colours: readonly string[] = [
  'text-faint',
  'text-bad',
  'text-good',
  'text-warn',
  'text-busy',
  'text-accent',
  'text-busy',
  'text-ink',
  'text-faint',
  'text-bad',
  'text-good',
  'text-warn',
  'text-busy',
  'text-accent',
  'text-busy',
  'text-ink',
]

function Marked({ text, wanted }: { readonly text: string; readonly wanted: string }): ReactElement {
  if (wanted === '') return <>{text}</>
  const parts: ReactElement[] = []
  const lower = text.toLowerCase()
  const needle = wanted.toLowerCase()
  let from = 0
  for (let at = lower.indexOf(needle); at !== -1; at = lower.indexOf(needle, from)) {
    parts.push(
      <span key={at}>
        {text.slice(from, at)}
        <mark className="rounded-sm bg-mark text-inherit">{text.slice(at, at + needle.length)}</mark>
      </span>,
    )
    from = at + needle.length
  }
  return (
    <>
      {parts}
      {text.slice(from)}
    </>
  )
}

function Piece({ piece, wanted }: { readonly piece: StyledText; readonly wanted: string }): ReactElement {
  const { text, colour, isBold } = piece
  const look = `${colour === null ? '' : (colours[colour] ?? '')} ${isBold ? 'font-bold' : ''}`
  return (
    <span className={look}>
      <Marked text={text} wanted={wanted} />
    </span>
  )
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' })

/** One line: its number leads to it, its time and writer stand before it. */
export function LogRow({
  index,
  entry,
  wanted,
  isChosen,
  isWrapped,
  showsTime,
  onChoose,
}: {
  readonly index: number
  readonly entry: LogEntry
  readonly wanted: string
  readonly isChosen: boolean
  readonly isWrapped: boolean
  readonly showsTime: boolean
  readonly onChoose: (line: number) => void
}): ReactElement {
  const wrapping = isWrapped ? 'whitespace-pre-wrap [overflow-wrap:anywhere]' : 'whitespace-pre'
  return (
    <div className={`flex min-h-5 pr-3 ${isChosen ? 'bg-mark/60' : 'hover:bg-raised/70'}`}>
      {/* By keyboard there is the field for the number; a stop at each line would be too many. */}
      <button
        type="button"
        tabIndex={-1}
        aria-label={`Line ${index + 1}: put it into the address`}
        onClick={() => onChoose(index + 1)}
        className="w-14 shrink-0 pr-3 text-right text-faint tabular-nums select-none hover:text-ink hover:underline"
      >
        {index + 1}
      </button>
      {showsTime ? (
        <span className="w-[4.75rem] shrink-0 text-faint tabular-nums select-none">
          {entry.at === null ? '' : clock.format(entry.at)}
        </span>
      ) : null}
      {entry.from === null ? null : (
        <span className="w-32 shrink-0 truncate pr-3 text-accent select-none" title={entry.from}>
          {entry.from}
        </span>
      )}
      <span className={wrapping}>
        {styledPieces(entry.text).map((piece, at) => (
          <Piece key={at} piece={piece} wanted={wanted} />
        ))}
      </span>
    </div>
  )
}
