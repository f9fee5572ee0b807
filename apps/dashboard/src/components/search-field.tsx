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
    <input
      type="search"
      aria-label={label}
      placeholder="Search"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="w-full rounded-md border border-faint bg-ground px-3 py-1.5 sm:w-56"
    />
  )
}
