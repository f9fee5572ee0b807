import { X } from 'lucide-react'
import { type ReactElement, useState } from 'react'

/** With more steps they are not all shown: the one that is wanted is found by its name. */
const mostShown = 12

const chip =
  'flex h-7 items-center gap-1.5 rounded-full border px-2.5 text-[13px] has-focus-visible:outline-2 has-focus-visible:outline-accent'

function Toggles({ chosen, others, onChange }: Omit<ParentChoiceProps, 'namesId'>): ReactElement {
  const toggle = (name: string): void =>
    onChange(chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name])
  return (
    <>
      {others.map((name) => (
        <label
          key={name}
          className={`${chip} cursor-pointer border-line has-checked:border-accent has-checked:bg-raised`}
        >
          <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
          {name}
        </label>
      ))}
    </>
  )
}

/** Those that are chosen, and a field that takes the name of another. */
function ByName({ chosen, others, namesId, onChange }: ParentChoiceProps): ReactElement {
  const [text, setText] = useState('')
  const type = (next: string): void => {
    const isOne = others.includes(next) && !chosen.includes(next)
    setText(isOne ? '' : next)
    if (isOne) onChange([...chosen, next])
  }
  return (
    <>
      {chosen.map((name) => (
        <span key={name} className={`${chip} border-accent bg-raised pr-1`}>
          {name}
          <button
            type="button"
            aria-label={`Do not wait for ${name}`}
            className="inline-flex size-6 items-center justify-center rounded-full text-faint hover:text-ink"
            onClick={() => onChange(chosen.filter((each) => each !== name))}
          >
            <X size={13} aria-hidden />
          </button>
        </span>
      ))}
      <input
        aria-label="Name of a step to wait for"
        placeholder="name of a step"
        list={namesId}
        spellCheck={false}
        value={text}
        onChange={({ target }) => type(target.value)}
        className="h-7 w-44 rounded-full border border-edge/60 bg-surface px-3 text-[13px] placeholder:text-faint"
      />
    </>
  )
}

interface ParentChoiceProps {
  readonly chosen: readonly string[]
  readonly others: readonly string[]
  /** Of the list of all names on the page. */
  readonly namesId: string
  readonly onChange: (chosen: readonly string[]) => void
}

/** Which steps have to succeed before this one starts. */
export function ParentChoice(props: ParentChoiceProps): ReactElement | null {
  const { others } = props
  if (others.length === 0) return null
  return (
    <fieldset className="mb-3">
      <legend className="mb-1 text-[13px] font-medium">Starts after</legend>
      <div className="flex flex-wrap gap-1.5">
        {others.length > mostShown ? <ByName {...props} /> : <Toggles {...props} />}
      </div>
    </fieldset>
  )
}
