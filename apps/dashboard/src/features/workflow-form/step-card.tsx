import type { ImageDetails, StepBody } from '@cairn/sdk'
import { Box, Globe, Trash2 } from 'lucide-react'
import { memo, type ReactElement } from 'react'
import { IconButton } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import type { DraftStep } from './draft.ts'
import { ContainerFields } from './container-fields.tsx'
import { HttpFields } from './http-fields.tsx'
import { ParentChoice } from './parent-choice.tsx'

export interface StepCardProps {
  readonly step: DraftStep
  /** Of all steps. */
  readonly names: readonly string[]
  /** Of the list of them on the page. */
  readonly namesId: string
  readonly images: readonly ImageDetails[]
  readonly canRemove: boolean
  readonly onRename: (key: string, name: string) => void
  readonly onChange: (key: string, change: (body: StepBody) => StepBody) => void
  readonly onRemove: (key: string) => void
}

function Fields({ step: { key, body }, images, onChange }: StepCardProps): ReactElement {
  if (body.type === undefined || body.type === 'standard') {
    return <ContainerFields body={body} images={images} onChange={(next) => onChange(key, () => next)} />
  }
  if (body.type === 'http') return <HttpFields body={body} onChange={(next) => onChange(key, () => next)} />
  return <p className="mb-3 text-faint">A step of type {body.type} is written as YAML.</p>
}

/** A step that is being written. It is drawn anew only when something of it changes: there may be hundreds. */
export const StepCard = memo(function StepCard(props: StepCardProps): ReactElement {
  const { step, names, namesId, canRemove, onRename, onChange, onRemove } = props
  const { key, name, body } = step
  const Icon = body.type === 'http' ? Globe : Box
  return (
    <section
      aria-label={`Step ${name}`}
      className="mb-4 scroll-mt-4 rounded-lg border border-line bg-surface px-4 pt-3 pb-1"
    >
      <div className="flex items-start gap-2">
        <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-faint" />
        <div className="min-w-0 flex-1">
          <TextField label="Step" spellCheck={false} value={name} onChange={(next) => onRename(key, next)} />
        </div>
        {canRemove ? (
          <IconButton icon={Trash2} label={`Take away the step ${name}`} onClick={() => onRemove(key)} />
        ) : null}
      </div>
      <Fields {...props} />
      <ParentChoice
        chosen={body.parents ?? []}
        others={names.filter((each) => each !== name)}
        namesId={namesId}
        onChange={(parents) => onChange(key, (before) => ({ ...before, parents: [...parents] }))}
      />
    </section>
  )
})
