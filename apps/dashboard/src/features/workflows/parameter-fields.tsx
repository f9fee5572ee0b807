import { Plus } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import type { Entry } from './run-parameters.ts'

const field =
  'h-8 w-full rounded-md border border-edge/60 bg-surface px-2 font-mono text-[12.5px] placeholder:text-faint'

/** Parameters of a run: those that steps have, with their defaults, and others. */
export function ParameterFields({
  entries,
  onChange,
}: {
  readonly entries: readonly Entry[]
  readonly onChange: (entries: readonly Entry[]) => void
}): ReactElement {
  const change = (at: number, changes: Partial<Entry>): void =>
    onChange(entries.map((entry, index) => (index === at ? { ...entry, ...changes } : entry)))
  return (
    <fieldset>
      <legend className="mb-1 font-medium">Parameters</legend>
      {entries.map((entry, at) => (
        <div key={at} className="mb-2 grid grid-cols-[minmax(0,2fr)_minmax(0,3fr)] items-center gap-2">
          {entry.fallback === null ? (
            <input
              aria-label={`Name of parameter ${at + 1}`}
              placeholder="NAME"
              value={entry.name}
              onChange={(event) => change(at, { name: event.target.value })}
              className={field}
            />
          ) : (
            <span className="truncate font-mono text-[12.5px]" title={entry.name}>
              {entry.name}
            </span>
          )}
          <input
            aria-label={`Value of ${entry.name === '' ? `parameter ${at + 1}` : entry.name}`}
            placeholder={entry.fallback ?? 'value'}
            value={entry.value}
            onChange={(event) => change(at, { value: event.target.value })}
            className={field}
          />
        </div>
      ))}
      <Button
        tone="quiet"
        isSmall
        icon={Plus}
        onClick={() => onChange([...entries, { name: '', value: '', fallback: null }])}
      >
        Another parameter
      </Button>
    </fieldset>
  )
}
