import type { Access } from '@cairn/sdk'
import { Search } from 'lucide-react'
import type { ReactElement } from 'react'
import { useRefusal } from '../session/use-may.ts'

export function SearchField({
  label,
  value,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <div className="relative w-full sm:w-60">
      <Search size={15} aria-hidden className="absolute top-2 left-2.5 text-faint" />
      <input
        type="search"
        aria-label={label}
        placeholder={label}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="h-8 w-full rounded-md border border-edge/60 bg-surface pr-2 pl-8 placeholder:text-faint"
      />
    </div>
  )
}

/**
 * Chooses one of a few values; in filters `''` = all.
 *
 * @param needs = who may less cannot change it, and is told why
 */
export function ChoiceField({
  label,
  value,
  choices,
  needs,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly needs?: Access
  readonly choices: readonly (readonly [value: string, label: string])[]
  readonly onChange: (value: string) => void
}): ReactElement {
  const refusal = useRefusal(needs)
  return (
    <select
      aria-label={label}
      disabled={refusal !== null}
      {...(refusal !== null && { title: refusal, 'aria-description': refusal })}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 rounded-md border border-edge/60 bg-surface px-2 disabled:opacity-55"
    >
      {choices.map(([each, shown]) => (
        <option key={each} value={each}>
          {shown}
        </option>
      ))}
    </select>
  )
}
