import { ArrowDownToLine, ChevronDown, ChevronUp, Clock, Download, OctagonAlert, WrapText } from 'lucide-react'
import { type ReactElement, type ReactNode, useState } from 'react'
import { IconButton } from '../button.tsx'
import { SearchField } from '../search-field.tsx'

/** A button that stays pressed. */
function Switch({
  icon,
  label,
  isOn,
  isPossible = true,
  onChange,
}: {
  readonly icon: typeof Clock
  readonly label: string
  readonly isOn: boolean
  readonly isPossible?: boolean
  readonly onChange: (isOn: boolean) => void
}): ReactElement {
  return (
    <span className={isOn ? 'rounded-md bg-raised [&>button]:text-accent' : ''}>
      <IconButton
        icon={icon}
        label={label}
        aria-pressed={isOn}
        disabled={!isPossible}
        onClick={() => onChange(!isOn)}
      />
    </span>
  )
}

/** Goes to the line whose number is entered. */
function LineField({
  lineCount,
  onGoToLine,
}: {
  readonly lineCount: number
  readonly onGoToLine: (line: number) => void
}): ReactElement {
  const [line, setLine] = useState('')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onGoToLine(Number(line))
      }}
    >
      <input
        type="number"
        aria-label="Go to line"
        title="Go to a line by its number"
        placeholder="Line"
        required
        min={1}
        max={lineCount}
        disabled={lineCount === 0}
        value={line}
        onChange={(event) => setLine(event.target.value)}
        className="h-8 w-20 rounded-md border border-edge/60 bg-surface px-2 tabular-nums placeholder:text-faint disabled:opacity-55"
      />
    </form>
  )
}

export interface LogTools {
  readonly wanted: string
  readonly onWant: (wanted: string) => void
  readonly matches: readonly number[]
  readonly onGoTo: (index: number) => void
  readonly lineCount: number
  /** Counted from 1, at most `lineCount`. */
  readonly onGoToLine: (line: number) => void
  readonly onFirstError: () => void
  readonly isWrapped: boolean
  readonly canWrap: boolean
  readonly onWrap: (isWrapped: boolean) => void
  readonly showsTime: boolean
  readonly onShowTime: (showsTime: boolean) => void
  readonly isFollowing: boolean
  readonly onFollow: () => void
  /** null = it cannot be downloaded. */
  readonly onDownload: (() => void) | null
  /** What stands at the left. */
  readonly children: ReactNode
}

export function LogToolbar(tools: LogTools): ReactElement {
  const [at, setAt] = useState(-1)
  const { matches, wanted } = tools
  const current = Math.min(at, matches.length - 1)
  const go = (step: number): void => {
    if (matches.length === 0) return
    const next = (current + step + matches.length) % matches.length
    setAt(next)
    tools.onGoTo(matches[next] ?? 0)
  }
  return (
    <div className="flex flex-wrap items-center gap-1 border-b border-line bg-surface px-2 py-1.5">
      <div className="mr-auto min-w-0 px-1 text-[13px] text-faint">{tools.children}</div>
      <form
        role="search"
        className="flex items-center gap-1 max-sm:w-full"
        onSubmit={(event) => {
          event.preventDefault()
          go(1)
        }}
      >
        <SearchField
          label="Search in the log"
          value={wanted}
          onChange={(next) => {
            setAt(-1)
            tools.onWant(next)
          }}
        />
        <span role="status" className="min-w-14 text-center text-[12px] whitespace-nowrap text-faint tabular-nums">
          {wanted === '' ? '' : `${current + 1} of ${matches.length}`}
        </span>
        <IconButton icon={ChevronUp} label="The match before" disabled={matches.length === 0} onClick={() => go(-1)} />
        <IconButton icon={ChevronDown} label="The next match" disabled={matches.length === 0} onClick={() => go(1)} />
      </form>
      <LineField lineCount={tools.lineCount} onGoToLine={tools.onGoToLine} />
      <IconButton icon={OctagonAlert} label="Go to the first error" onClick={tools.onFirstError} />
      <Switch icon={Clock} label="Show times" isOn={tools.showsTime} onChange={tools.onShowTime} />
      <Switch
        icon={WrapText}
        label={tools.canWrap ? 'Wrap long lines' : 'A log of so many lines is not wrapped'}
        isOn={tools.isWrapped}
        isPossible={tools.canWrap}
        onChange={tools.onWrap}
      />
      <Switch icon={ArrowDownToLine} label="Stay at the end" isOn={tools.isFollowing} onChange={tools.onFollow} />
      {tools.onDownload === null ? null : (
        <IconButton icon={Download} label="Download the whole log" onClick={tools.onDownload} />
      )}
    </div>
  )
}
