import type { ExecutionDetails, ExecutionStep } from '@cairn/sdk'
import { type ReactElement, useMemo } from 'react'
import { durationText, timeOfDay } from '../../format/time.ts'
import type { GraphStep } from '../graph/graph-step.ts'
import { StepGraph } from '../graph/step-graph.tsx'
import { RunTimeline } from './run-timeline.tsx'
import { reasonOf, StepTable } from './step-table.tsx'

/** Why a step is not done, or how long it took. */
function noteOf(step: ExecutionStep): string {
  const { status, startedAt, finishedAt, attempt } = step
  const why = reasonOf(step)
  if (status === 'Success' && startedAt !== null && finishedAt !== null) {
    const took = durationText(Date.parse(finishedAt) - Date.parse(startedAt))
    return attempt > 1 ? `${took}, attempt ${attempt}` : took
  }
  if (status === 'Running' && startedAt !== null) {
    const since = `since ${timeOfDay(Date.parse(startedAt))}`
    return attempt > 1 ? `${since}, attempt ${attempt}` : since
  }
  return why ?? step.image ?? step.stepType
}

function boxOf(step: ExecutionStep): GraphStep {
  const { name, status, waitsFor } = step
  return { name, status, waitsFor, note: noteOf(step) }
}

/** The steps of a run in the way that is looked at. */
export function RunSteps({
  run,
  view,
  selected,
  onSelect,
}: {
  readonly run: ExecutionDetails
  readonly view: 'graph' | 'timeline' | 'table'
  readonly selected: string | null
  readonly onSelect: (step: string) => void
}): ReactElement {
  // A reading that brought nothing new keeps the steps as they were.
  const boxes = useMemo(() => run.steps.map(boxOf), [run.steps])
  if (view === 'graph') return <StepGraph steps={boxes} selected={selected} onSelect={onSelect} />
  if (view === 'timeline') return <RunTimeline run={run} selected={selected} onSelect={onSelect} />
  return <StepTable steps={run.steps} selected={selected} onSelect={onSelect} />
}
