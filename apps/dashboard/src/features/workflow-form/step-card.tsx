import type { ImageDetails, StepBody } from '@cairn/sdk'
import { Box, Globe, Trash2 } from 'lucide-react'
import type { ReactElement } from 'react'
import { IconButton } from '../../components/button.tsx'
import { TextField } from '../../components/field.tsx'
import type { DraftStep } from './draft.ts'
import { ContainerFields } from './container-fields.tsx'
import { HttpFields } from './http-fields.tsx'
import { ParentChoice } from './parent-choice.tsx'

export interface StepCardProps {
  readonly step: DraftStep
  /** Names of the other steps. */
  readonly others: readonly string[]
  readonly images: readonly ImageDetails[]
  readonly onRename: (name: string) => void
  readonly onChange: (change: (body: StepBody) => StepBody) => void
  readonly onRemove: (() => void) | null
}

function Fields({ step: { body }, images, onChange }: StepCardProps): ReactElement {
  if (body.type === undefined || body.type === 'standard') {
    return <ContainerFields body={body} images={images} onChange={(next) => onChange(() => next)} />
  }
  if (body.type === 'http') return <HttpFields body={body} onChange={(next) => onChange(() => next)} />
  return <p className="mb-3 text-faint">A step of type {body.type} is written as YAML.</p>
}

/** A step that is being written. */
export function StepCard(props: StepCardProps): ReactElement {
  const { step, others, onRename, onChange, onRemove } = props
  const { name, body } = step
  const Icon = body.type === 'http' ? Globe : Box
  return (
    <section
      aria-label={`Step ${name}`}
      className="mb-4 scroll-mt-4 rounded-lg border border-line bg-surface px-4 pt-3 pb-1"
    >
      <div className="flex items-start gap-2">
        <Icon size={16} aria-hidden className="mt-0.5 shrink-0 text-faint" />
        <div className="min-w-0 flex-1">
          <TextField label="Step" spellCheck={false} value={name} onChange={onRename} />
        </div>
        {onRemove === null ? null : (
          <IconButton icon={Trash2} label={`Take away the step ${name}`} onClick={onRemove} />
        )}
      </div>
      <Fields {...props} />
      <ParentChoice
        chosen={body.parents ?? []}
        others={others}
        onChange={(parents) => onChange((before) => ({ ...before, parents: [...parents] }))}
      />
    </section>
  )
}
