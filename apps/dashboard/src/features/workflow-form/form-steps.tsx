import type { StepBody } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Box, Globe } from 'lucide-react'
import type { ReactElement } from 'react'
import { Button } from '../../components/button.tsx'
import { useClient } from '../../session/client-context.ts'
import { addStep, changeStep, type Draft, removeStep, renameStep } from './draft.ts'
import { imageChoiceQuery } from './image-choice-query.ts'
import { StepCard } from './step-card.tsx'

/** The steps of a workflow that is being written, with what adds another. */
export function FormSteps({
  draft,
  onChange,
}: {
  readonly draft: Draft
  readonly onChange: (draft: Draft) => void
}): ReactElement {
  const client = useClient()
  const { data: images = [] } = useQuery(imageChoiceQuery(client))
  const last = draft.steps.findLast(({ body }) => 'imageId' in body)?.body
  const imageId = last !== undefined && 'imageId' in last ? last.imageId : (images[0]?.id ?? 0)
  const add = (body: StepBody): void => onChange(addStep(draft, body))
  return (
    <>
      {draft.steps.map((step) => (
        <StepCard
          key={step.key}
          step={step}
          others={draft.steps.filter(({ key }) => key !== step.key).map(({ name }) => name)}
          images={images}
          onRename={(name) => onChange(renameStep(draft, step.key, name))}
          onChange={(change) => onChange(changeStep(draft, step.key, change))}
          onRemove={draft.steps.length === 1 ? null : () => onChange(removeStep(draft, step.key))}
        />
      ))}
      <div className="mb-6 flex flex-wrap gap-2">
        <Button icon={Box} onClick={() => add({ type: 'standard', imageId, command: '' })}>
          Add a container step
        </Button>
        <Button icon={Globe} onClick={() => add({ type: 'http', method: 'get', url: '' })}>
          Add a request
        </Button>
      </div>
    </>
  )
}
