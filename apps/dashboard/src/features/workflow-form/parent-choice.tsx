import type { ReactElement } from 'react'

/** Which steps have to succeed before this one starts. */
export function ParentChoice({
  chosen,
  others,
  onChange,
}: {
  readonly chosen: readonly string[]
  readonly others: readonly string[]
  readonly onChange: (chosen: readonly string[]) => void
}): ReactElement | null {
  if (others.length === 0) return null
  const toggle = (name: string): void =>
    onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name])
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-[13px] font-medium">Starts after</legend>
      <div className="flex flex-wrap gap-1.5">
        {others.map((name) => (
          <label
            key={name}
            className="flex h-7 cursor-pointer items-center gap-1.5 rounded-full border border-line px-2.5 text-[13px] has-checked:border-accent has-checked:bg-raised has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  )
}
