import { Search } from 'lucide-react'
import type { ReactElement } from 'react'

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

/** Chooses one of a few values; `''` = all. */
export function ChoiceField({
  label,
  value,
  choices,
  onChange,
}: {
  readonly label: string
  readonly value: string
  readonly choices: readonly (readonly [value: string, label: string])[]
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 rounded-md border border-edge/60 bg-surface px-2"
    >
      {choices.map(([each, shown]) => (
        <option key={each} value={each}>
          {shown}
        </option>
      ))}
    </select>
  )
}
