/**
 * The one way in which runs start: by a person, a schedule, a webhook, or as the retry of another run.
 *
 * Always true: everything that a start decides on is read and written under the lock of the workflow's row, so two starts
 * at once see each other, and none starts on a workflow that is being deleted. What a run is seeded with is inserted
 * beside it. Lock order: workflows by id, then execution, then work.
 */
import { notificationKey } from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { enqueueWork } from '../work/enqueue-work.ts'
import { lockWorkflow } from '../workflows/write-workflow.ts'
import { findPlace, readRunLines, RunLines } from './find-place.ts'
import { insertExecutions, type NewExecution } from './insert-execution.ts'
import { type CompiledRevision, KnownRevisions, knowRevision } from './known-revisions.ts'
import { planOfRetry } from './plan-of-retry.ts'
import { prepareRun, type WorkflowToRun } from './prepare-run.ts'
import { newRunId } from './run-id.ts'
import type { RunStart, RunStarted, RunStartLimits } from './run-start.ts'

/** Starts a run in the caller's transaction. After the commit the caller gives the hint `execution`. */
export async function startRun(tx: Tx, start: RunStart, limits: RunStartLimits): Promise<RunStarted> {
  const locked = await lockWorkflow(tx, start.tenantId, start.workflowId)
  if (locked === null) return { kind: 'unknown_workflow' }
  const workflow = { id: locked.id, revision: locked.revision, known: knowRevision(locked.body) }
  const { outcomes } = await startLockedRuns(tx, [{ start, limits, workflow }], new KnownRevisions())
  const [started] = outcomes
  if (started === undefined) throw new Error(`a run of workflow ${start.workflowId} has no outcome`)
  return started
}

/** A start of a run of a workflow whose row the caller holds FOR UPDATE. */
export interface LockedStart {
  readonly start: RunStart
  readonly limits: RunStartLimits
  readonly workflow: WorkflowToRun
}

export interface StartedRuns {
  /** In the order of the starts. */
  readonly outcomes: readonly RunStarted[]
  /** Rows of plans that stand once the transaction is committed. */
  readonly plans: readonly (readonly [CompiledRevision, number])[]
}

/** As if one started after the other. All of them in few statements. */
export async function startLockedRuns(
  tx: Tx,
  starts: readonly LockedStart[],
  revisions: KnownRevisions,
): Promise<StartedRuns> {
  const lines = new RunLines(await readRunLines(tx, [...new Set(starts.map(({ workflow }) => workflow.id))]))
  const outcomes: RunStarted[] = []
  const runs: NewExecution[] = []
  const plans: [CompiledRevision, number][] = []
  for (const asked of starts) {
    const made = await makeRun(tx, asked, lines, revisions)
    outcomes.push('run' in made ? { kind: 'started', executionId: made.run.id, status: made.run.status } : made)
    if (!('run' in made)) continue
    runs.push(made.run)
    lines.add(made.run.workflowId, made.run)
    if (made.compiled !== null) plans.push([made.compiled, made.run.planId])
  }
  await insertExecutions(tx, runs)
  await watchRuntimes(tx, starts, outcomes)
  return { outcomes, plans }
}

type Refused = Exclude<RunStarted, { kind: 'started' }>
type Made = {
  readonly run: NewExecution & { readonly status: 'queued' | 'waiting' }
  readonly compiled: CompiledRevision | null
}

async function makeRun(
  tx: Tx,
  { start, limits, workflow }: LockedStart,
  lines: RunLines,
  revisions: KnownRevisions,
): Promise<Made | Refused> {
  const place = findPlace(lines.of(workflow.id), workflow.known.allowsConcurrentRuns, limits)
  if (place.kind !== 'place') return place
  const { retryOf } = start
  const prepared =
    retryOf === undefined
      ? await prepareRun(tx, workflow, start, { machine: limits.machine, revisions })
      : await planOfRetry(tx, start, retryOf)
  if (prepared.kind !== 'prepared') return prepared
  const run = {
    id: newRunId(),
    tenantId: start.tenantId,
    workflowId: workflow.id,
    planId: prepared.planId,
    parameters: prepared.parameters,
    trigger: start.trigger,
    startedBy: start.startedBy,
    status: place.status,
    waitsBehind: place.status === 'waiting' ? place.behind : null,
    seeds: prepared.seeds,
    rerunOf: retryOf?.executionId ?? null,
  }
  return { run, compiled: prepared.compiled }
}

/** The first limit to a run's time cannot pass before it would if the run began now; then it is looked at. */
async function watchRuntimes(tx: Tx, starts: readonly LockedStart[], outcomes: readonly RunStarted[]): Promise<void> {
  const due = starts.flatMap(({ workflow }, index) => {
    const outcome = outcomes[index]
    const minutes = workflow.known.firstRuntimeLimit
    if (outcome?.kind !== 'started' || minutes === null) return []
    const key = notificationKey({ kind: 'runtime', executionId: outcome.executionId })
    return [{ kind: 'notification' as const, key, delayMs: minutes * 60_000 }]
  })
  if (due.length > 0) await enqueueWork(tx, ...due)
}
