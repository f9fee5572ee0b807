import type { WorkflowChange } from '@cairn/sdk'
import { Minus, Pencil, Plus } from 'lucide-react'
import type { ReactElement } from 'react'

const long = 60

function kindOf({ from, to }: WorkflowChange) {
  if (from === null) return { icon: Plus, word: 'added', tone: 'text-good' } as const
  if (to === null) return { icon: Minus, word: 'removed', tone: 'text-bad' } as const
  return { icon: Pencil, word: 'changed', tone: 'text-busy' } as const
}

function Value({ text, isOld }: { readonly text: string; readonly isOld: boolean }): ReactElement {
  const look = isOld ? 'bg-bad-soft text-bad' : 'bg-good-soft text-good'
  const Tag = isOld ? 'del' : 'ins'
  return (
    <Tag
      className={`max-w-full rounded px-1.5 py-0.5 font-mono text-[12.5px] whitespace-pre-wrap no-underline [overflow-wrap:anywhere] ${look} ${text.length > long ? 'block' : 'inline-block'}`}
    >
      <span className="sr-only">{isOld ? 'before: ' : 'after: '}</span>
      {text}
    </Tag>
  )
}

/** The keys that a change changed, with what they were and what they are. */
export function ChangeList({ changes }: { readonly changes: readonly WorkflowChange[] }): ReactElement {
  return (
    <ul className="space-y-2">
      {changes.map((change) => {
        const { icon: Icon, word, tone } = kindOf(change)
        return (
          <li key={change.path} className="flex gap-2.5">
            <Icon size={14} aria-hidden className={`mt-[3px] shrink-0 ${tone}`} />
            <div className="min-w-0 flex-1 space-y-1">
              <p className="font-mono text-[12.5px] [overflow-wrap:anywhere]">
                {change.path} <span className="font-sans text-faint">{word}</span>
              </p>
              <div className="flex flex-wrap items-start gap-1.5">
                {change.from === null ? null : <Value text={change.from} isOld />}
                {change.to === null ? null : <Value text={change.to} isOld={false} />}
              </div>
            </div>
          </li>
        )
      })}
    </ul>
  )
}
