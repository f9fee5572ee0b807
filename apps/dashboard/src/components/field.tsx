import { type InputHTMLAttributes, type ReactElement, type ReactNode, useId } from 'react'

/** What fields to write in look like. */
export const inputClass = 'w-full rounded-md border border-edge/60 bg-surface px-2.5 placeholder:text-faint'

/** A name over what is filled in, and what is to be known about it under it. `children` gets the ids that tie them together. */
export function Field({
  label,
  hint,
  children,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly children: (ids: { readonly id: string; readonly 'aria-describedby': string | undefined }) => ReactNode
}): ReactElement {
  const id = useId()
  const hintId = `${id}-hint`
  return (
    <div className="mb-3">
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': hint === undefined ? undefined : hintId })}
      {hint === undefined ? null : (
        <p id={hintId} className="mt-1 text-[12px] text-faint">
          {hint}
        </p>
      )}
    </div>
  )
}

export function TextField({
  label,
  hint,
  value,
  onChange,
  ...rest
}: Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange' | 'value'> & {
  readonly label: string
  readonly hint?: ReactNode
  readonly value: string
  readonly onChange: (value: string) => void
}): ReactElement {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <input
          {...rest}
          {...ids}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          className={`h-8 ${inputClass}`}
        />
      )}
    </Field>
  )
}

/** One of a few words. */
export function SelectField<Value extends string>({
  label,
  hint,
  value,
  choices,
  onChange,
}: {
  readonly label: string
  readonly hint?: ReactNode
  readonly value: Value
  readonly choices: readonly (readonly [value: Value, label: string])[]
  readonly onChange: (value: Value) => void
}): ReactElement {
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <select
          {...ids}
          value={value}
          onChange={({ target }) => {
            const chosen = choices.find(([each]) => each === target.value)
            if (chosen !== undefined) onChange(chosen[0])
          }}
          className={`h-8 ${inputClass}`}
        >
          {choices.map(([each, shown]) => (
            <option key={each} value={each}>
              {shown}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}
