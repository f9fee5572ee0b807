import type { ExecuteBody, WorkflowDetails } from '@cairn/sdk'
import { useMutation } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { Play } from 'lucide-react'
import { type ReactElement, useMemo, useState } from 'react'
import { Button } from '../../components/button.tsx'
import { Dialog } from '../../components/dialog.tsx'
import { ErrorNote } from '../../components/error-note.tsx'
import { useClient } from '../../session/client-context.ts'
import { StepGraph } from '../graph/step-graph.tsx'
import { ParameterFields } from './parameter-fields.tsx'
import { type Entry, filledIn, parameterDefaults } from './run-parameters.ts'
import { StepChoice } from './step-choice.tsx'
import { type ChosenStep, stepsThatRun } from './steps-that-run.ts'
import { boxesOf } from './workflow-boxes.ts'

function bodyOf(entries: readonly Entry[], chosen: readonly ChosenStep[]): ExecuteBody {
  const global = filledIn(entries)
  return {
    ...(Object.keys(global).length > 0 && { params: { global } }),
    ...(chosen.length > 0 && { stepsToRun: [...chosen] }),
  }
}

/** Asks with what and of what a run is started, and shows what will run. */
export function RunDialog({
  workflow,
  onClose,
}: {
  readonly workflow: WorkflowDetails
  readonly onClose: () => void
}): ReactElement {
  const client = useClient()
  const navigate = useNavigate()
  const [entries, setEntries] = useState<readonly Entry[]>(() => parameterDefaults(workflow.steps))
  const [chosen, setChosen] = useState<readonly ChosenStep[]>([])
  const boxes = useMemo(() => boxesOf(workflow.steps), [workflow.steps])
  const running = stepsThatRun(boxes, chosen)
  const shown = useMemo(
    () => boxes.map((box) => ({ ...box, isDimmed: !stepsThatRun(boxes, chosen).has(box.name) })),
    [boxes, chosen],
  )
  const start = useMutation({
    mutationFn: () => client.workflows.executeWorkflow(workflow.id, bodyOf(entries, chosen)),
    onSuccess: ({ executionId }) =>
      navigate({ to: '/workflows/$workflowId/runs/$executionId', params: { workflowId: workflow.id, executionId } }),
  })
  const toggle = (stepName: string): void =>
    setChosen((before) =>
      before.some((each) => each.stepName === stepName)
        ? before.filter((each) => each.stepName !== stepName)
        : [...before, { stepName, runDAG: true }],
    )
  return (
    <Dialog title={`Run ${workflow.name}`} onClose={onClose} isWide>
      <StepGraph steps={shown} selected={null} onSelect={toggle} />
      <p className="mt-2 mb-4 text-[13px] text-faint" role="status">
        {running.size === boxes.length
          ? `All ${boxes.length} steps run. Press steps to run only those and what depends on them.`
          : `${running.size} of ${boxes.length} steps run.`}
      </p>
      <StepChoice chosen={chosen} onChange={setChosen} />
      <ParameterFields entries={entries} onChange={setEntries} />
      {start.error === null ? null : <ErrorNote error={start.error} className="mt-3" />}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={onClose}>Cancel</Button>
        <Button tone="primary" icon={Play} isBusy={start.isPending} onClick={() => start.mutate()}>
          {running.size === boxes.length ? 'Run' : `Run ${running.size} ${running.size === 1 ? 'step' : 'steps'}`}
        </Button>
      </div>
    </Dialog>
  )
}
