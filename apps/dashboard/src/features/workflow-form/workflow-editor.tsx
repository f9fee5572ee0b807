import type { WorkflowBody } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { type ReactElement, useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { inputClass } from '../../components/field.tsx'
import { Tabs } from '../../components/tabs.tsx'
import { StepGraph } from '../graph/step-graph.tsx'
import { boxesOf } from '../workflows/workflow-boxes.ts'
import { CheckNote } from './check-note.tsx'
import { bodyOf, type Draft, draftOf, draftProblem } from './draft.ts'
import { FormSteps } from './form-steps.tsx'
import { GeneralFields } from './general-fields.tsx'
import { useCheck } from './use-check.ts'
import { readText, textOf } from './yaml-text.ts'

type View = 'form' | 'yaml'

const views = [
  { id: 'form', label: 'Form' },
  { id: 'yaml', label: 'YAML' },
] as const

/** The workflow as text; what cannot be read stays as it was typed and is not taken over. */
function useWritten(initial: WorkflowBody) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(initial))
  const [text, setText] = useState<string | null>(null)
  const [textProblem, setTextProblem] = useState<string | null>(null)
  const write = (next: string): void => {
    setText(next)
    const read = readText(next)
    setTextProblem('problem' in read ? read.problem : null)
    if ('body' in read) setDraft(draftOf(read.body))
  }
  const leaveText = (): void => {
    setText(null)
    setTextProblem(null)
  }
  return { draft, setDraft, text: text ?? textOf(bodyOf(draft)), textProblem, write, leaveText }
}

/** What the workflow looks like as it stands, whether it can be saved, and the button that saves it. */
function Outcome({
  workflowId,
  body,
  problem,
  onSave,
}: {
  readonly workflowId: number | null
  readonly body: WorkflowBody
  readonly problem: string | null
  readonly onSave: (body: WorkflowBody) => Promise<unknown>
}): ReactElement {
  const check = useCheck(workflowId, body, problem === null)
  const save = useMutation({ mutationFn: () => onSave(body) })
  const shape = JSON.stringify(body.steps)
  const boxes = useMemo(() => boxesOf(body.steps), [shape])
  return (
    <aside aria-label="What it will be" className="flex min-w-0 flex-col gap-3 lg:sticky lg:top-0">
      <StepGraph steps={boxes} selected={null} onSelect={() => undefined} isTall />
      <CheckNote
        problem={problem}
        error={check.error}
        warnings={check.error === null ? (check.data?.warnings ?? []) : []}
        isChecking={check.isChecking}
      />
      {save.error === null ? null : <ErrorNote error={save.error} />}
      <div className="mb-6 flex justify-end gap-2">
        <Button
          needs="write"
          tone="primary"
          icon={Check}
          isBusy={save.isPending}
          disabled={problem !== null || check.error !== null}
          onClick={() => save.mutate()}
        >
          {workflowId === null ? 'Create the workflow' : 'Save the workflow'}
        </Button>
      </div>
    </aside>
  )
}

/**
 * A workflow being written, as a form or as YAML, with its graph and what the server says to it.
 *
 * @param workflowId null = a new one
 */
export function WorkflowEditor({
  workflowId,
  initial,
  onSave,
}: {
  readonly workflowId: number | null
  readonly initial: WorkflowBody
  readonly onSave: (body: WorkflowBody) => Promise<unknown>
}): ReactElement {
  const [view, setView] = useState<View>('form')
  const { draft, setDraft, text, textProblem, write, leaveText } = useWritten(initial)
  const look = (next: View): void => {
    leaveText()
    setView(next)
  }
  return (
    <div className="grid grid-cols-1 items-start gap-x-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
      <div className="min-w-0">
        <Tabs name="Ways to write it" tabs={views} selected={view} onSelect={look}>
          {view === 'form' ? (
            <>
              <GeneralFields fields={draft.fields} onChange={(fields) => setDraft({ ...draft, fields })} />
              <FormSteps draft={draft} onChange={setDraft} />
            </>
          ) : (
            <textarea
              aria-label="The workflow as YAML"
              spellCheck={false}
              value={text}
              onChange={({ target }) => write(target.value)}
              className={`h-[70vh] py-2 font-mono text-[12.5px] leading-5 whitespace-pre ${inputClass}`}
            />
          )}
        </Tabs>
      </div>
      <Outcome
        workflowId={workflowId}
        body={bodyOf(draft)}
        problem={textProblem ?? draftProblem(draft)}
        onSave={onSave}
      />
    </div>
  )
}
