import { Plus, X } from 'lucide-react'
import { type ReactElement, useState } from 'react'
import { Button, IconButton } from '../../components/button.tsx'
import { inputClass } from '../../components/field.tsx'
import type { EnvRow } from './env-rows.ts'

const look = `h-8 min-w-0 flex-1 font-mono text-[12.5px] ${inputClass}`

/** Parameters that a step is given as its environment. A row without a name is kept here until it has one. */
export function EnvFields({
  rows,
  onChange,
}: {
  readonly rows: readonly EnvRow[]
  readonly onChange: (rows: readonly EnvRow[]) => void
}): ReactElement {
  const [shown, setShown] = useState(rows)
  const change = (next: readonly EnvRow[]): void => {
    setShown(next)
    onChange(next)
  }
  const changeRow = (at: number, part: Partial<EnvRow>): void =>
    change(shown.map((row, index) => (index === at ? { ...row, ...part } : row)))
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-[13px] font-medium">Parameters</legend>
      {shown.map(({ name, value }, at) => (
        <div key={at} className="mb-1.5 flex items-center gap-2">
          <input
            aria-label={`Name of parameter ${at + 1}`}
            placeholder="NAME"
            spellCheck={false}
            value={name}
            onChange={({ target }) => changeRow(at, { name: target.value })}
            className={look}
          />
          <input
            aria-label={`Value of parameter ${at + 1}`}
            placeholder="value"
            spellCheck={false}
            value={value}
            onChange={({ target }) => changeRow(at, { value: target.value })}
            className={look}
          />
          <IconButton
            icon={X}
            label={`Take away parameter ${at + 1}`}
            onClick={() => change(shown.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <Button tone="quiet" isSmall icon={Plus} onClick={() => setShown([...shown, { name: '', value: '' }])}>
        Another parameter
      </Button>
    </fieldset>
  )
}
