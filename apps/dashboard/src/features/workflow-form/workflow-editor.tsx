import type { WorkflowBody } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { Check } from 'lucide-react'
import { type ReactElement, useDeferredValue, useEffect, useMemo, useState } from 'react'
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

/**
 * What is being written; `text` is null until it is typed as such. A text that cannot be read stays as it was typed and is not
 * taken over. Hundreds of steps are read after what is typed is shown.
 */
function useWritten(initial: WorkflowBody) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(initial))
  const [text, setText] = useState<string | null>(null)
  const settled = useDeferredValue(text)
  const read = useMemo(() => (settled === null ? null : readText(settled)), [settled])
  useEffect(() => {
    if (read !== null && 'body' in read) setDraft(draftOf(read.body))
  }, [read])
  const leaveText = (): void => {
    const last = text === null ? null : readText(text)
    if (last !== null && 'body' in last) setDraft(draftOf(last.body))
    setText(null)
  }
  const textProblem = read !== null && 'problem' in read ? read.problem : null
  return { draft, setDraft, text, isRead: text === settled, textProblem, setText, leaveText }
}

/** What the workflow looks like as it stands, whether it can be saved, and the button that saves it. */
function Outcome({
  workflowId,
  body,
  problem,
  isBehind,
  onSave,
}: {
  readonly workflowId: number | null
  readonly body: WorkflowBody
  readonly problem: string | null
  /** More was typed than the body holds. */
  readonly isBehind: boolean
  readonly onSave: (body: WorkflowBody) => Promise<unknown>
}): ReactElement {
  const check = useCheck(workflowId, body, problem === null)
  const save = useMutation({ mutationFn: () => onSave(body) })
  const boxes = useMemo(() => boxesOf(body.steps), [body.steps])
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
          disabled={problem !== null || check.error !== null || isBehind}
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
  const { draft, setDraft, text, isRead, textProblem, setText, leaveText } = useWritten(initial)
  const look = (next: View): void => {
    leaveText()
    setView(next)
  }
  // The graph and the check of hundreds of steps may come after what is typed.
  const shown = useDeferredValue(draft)
  const body = useMemo(() => bodyOf(shown), [shown])
  return (
    <div className="grid grid-cols-1 items-start gap-x-6 lg:grid-cols-[minmax(0,1fr)_minmax(0,24rem)] xl:grid-cols-[minmax(0,1fr)_minmax(0,28rem)]">
      <div className="min-w-0">
        <Tabs name="Ways to write it" tabs={views} selected={view} onSelect={look}>
          {view === 'form' ? (
            <>
              <GeneralFields fields={draft.fields} onChange={(fields) => setDraft({ ...draft, fields })} />
              <FormSteps steps={draft.steps} onChange={setDraft} />
            </>
          ) : (
            <textarea
              aria-label="The workflow as YAML"
              spellCheck={false}
              value={text ?? textOf(bodyOf(draft))}
              onChange={({ target }) => setText(target.value)}
              className={`h-[70vh] py-2 font-mono text-[12.5px] leading-5 whitespace-pre ${inputClass}`}
            />
          )}
        </Tabs>
      </div>
      <Outcome
        workflowId={workflowId}
        body={body}
        problem={textProblem ?? draftProblem(shown)}
        isBehind={shown !== draft || !isRead}
        onSave={onSave}
      />
    </div>
  )
}
