import type { StepBody } from '@cairn/sdk'
import { useQuery } from '@tanstack/react-query'
import { Box, Globe } from 'lucide-react'
import {
  type Dispatch,
  type ReactElement,
  type SetStateAction,
  useCallback,
  useDeferredValue,
  useId,
  useMemo,
} from 'react'
import { Button } from '../../components/button.tsx'
import { useClient } from '../../session/client-context.ts'
import { addStep, changeStep, type Draft, type DraftStep, removeStep, renameStep } from './draft.ts'
import { imageChoiceQuery } from './image-choice-query.ts'
import { StepCard } from './step-card.tsx'

/** The same list for good, as long as the names are the same. */
function useNames(steps: readonly DraftStep[]): readonly string[] {
  const text = JSON.stringify(steps.map(({ name }) => name))
  // While a step gets another name, what the others show of it may come after.
  const settled = useDeferredValue(text)
  return useMemo(() => JSON.parse(settled) as readonly string[], [settled])
}

/** What cards do; the same functions for good, so that only the card that is written in is drawn anew. */
function useStepChanges(onChange: Dispatch<SetStateAction<Draft>>) {
  return {
    rename: useCallback((key: string, name: string) => onChange((draft) => renameStep(draft, key, name)), [onChange]),
    change: useCallback(
      (key: string, change: (body: StepBody) => StepBody) => onChange((draft) => changeStep(draft, key, change)),
      [onChange],
    ),
    remove: useCallback((key: string) => onChange((draft) => removeStep(draft, key)), [onChange]),
  }
}

const noImages = [] as const

/** The steps of a workflow that is being written, with what adds another. */
export function FormSteps({
  steps,
  onChange,
}: {
  readonly steps: readonly DraftStep[]
  readonly onChange: Dispatch<SetStateAction<Draft>>
}): ReactElement {
  const client = useClient()
  const { data: images = noImages } = useQuery(imageChoiceQuery(client))
  const names = useNames(steps)
  const namesId = useId()
  const { rename, change, remove } = useStepChanges(onChange)
  const last = steps.findLast(({ body }) => 'imageId' in body)?.body
  const imageId = last !== undefined && 'imageId' in last ? last.imageId : (images[0]?.id ?? 0)
  const add = (body: StepBody): void => onChange((draft) => addStep(draft, body))
  return (
    <>
      <datalist id={namesId}>
        {names.map((name, at) => (
          <option key={at} value={name} />
        ))}
      </datalist>
      {steps.map((step) => (
        <StepCard
          key={step.key}
          step={step}
          names={names}
          namesId={namesId}
          images={images}
          canRemove={steps.length > 1}
          onRename={rename}
          onChange={change}
          onRemove={remove}
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
