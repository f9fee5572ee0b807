import { type Static, Type } from 'typebox'
import { decisionKinds, executionStatuses, runTriggers, stepStatuses } from '../statuses.ts'
import {
  DateFilter,
  NumericId,
  ShortText,
  StringMap,
  Timestamp,
  Uuid,
  filterOf,
  nullable,
  wireLimits,
  addedByCairn,
} from './bounds.ts'
import { NextTokenQuery, signedQuery, WaitQuery } from './log.ts'
import { pageOf, pageQuery } from './page.ts'
import { StepName, stepMap } from './step.ts'

export const ExecutionParams = Type.Object({ workflowId: NumericId, executionId: Uuid })

/** Run-time parameters: `stepWise` wins over `global`, both over what the workflow says. */
const RunParams = Type.Object({ global: Type.Optional(StringMap), stepWise: Type.Optional(stepMap(StringMap)) })

export const ExecuteBody = Type.Object({
  params: Type.Optional(RunParams),
  /** A partial run; `runDAG` also runs what depends on the step. */
  stepsToRun: Type.Optional(
    Type.Array(Type.Object({ stepName: StepName, runDAG: Type.Optional(Type.Boolean({ default: false })) }), {
      maxItems: wireLimits.steps,
    }),
  ),
})
export type ExecuteBody = Static<typeof ExecuteBody>

export const ExecutionStarted = Type.Object({ executionId: Uuid })
export type ExecutionStarted = Static<typeof ExecutionStarted>

/** How far back a retry goes: `failed` keeps what succeeded and does not depend on anything that runs again. */
export const retryOrigins = ['failed', 'start'] as const

/** `params` are laid over those of the run that is retried; they reach only steps that run again. */
export const RetryExecutionBody = Type.Object({
  from: Type.Enum(retryOrigins),
  params: Type.Optional(RunParams),
})
export type RetryExecutionBody = Static<typeof RetryExecutionBody>

/** `reason` is shown with the run and each step that it ends. */
export const StopExecutionBody = Type.Object({ reason: Type.Optional(ShortText) })
export type StopExecutionBody = Static<typeof StopExecutionBody>

/** `Stopping` until everything is verified gone; the status with which a run ended when it was over already. */
export const ExecutionStop = Type.Object({ executionId: Uuid, status: Type.Enum(executionStatuses) })
export type ExecutionStop = Static<typeof ExecutionStop>

/** `count` is the newest N; absent or -1 = all. */
export const ListExecutionsQuery = Type.Object({
  ...pageQuery,
  count: Type.Optional(Type.Integer({ minimum: -1, maximum: 1_000_000 })),
  statuses: Type.Optional(filterOf(executionStatuses)),
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
})
export type ListExecutionsQuery = Static<typeof ListExecutionsQuery>

/**
 * `duration` is in seconds, of a live run so far. Added by Cairn: `rerunId`, of a retry the run that it retries, and `reason`,
 * why a run did not succeed.
 */
export const ExecutionSummary = Type.Object({
  executionId: Uuid,
  rerunId: Type.Optional(Uuid),
  status: Type.Enum(executionStatuses),
  executedAt: Timestamp,
  finishedAt: nullable(Timestamp),
  duration: Type.Number(),
  reason: Type.Optional(Type.String(addedByCairn)),
})
export type ExecutionSummary = Static<typeof ExecutionSummary>

export const ExecutionPage = pageOf({
  workflowId: Type.Integer(),
  executions: Type.Array(ExecutionSummary),
  executionsCount: Type.Integer(),
})
export type ExecutionPage = Static<typeof ExecutionPage>

/** Why a run or a step is where it is. `step` is null where it is about the run as a whole. */
export const RunDecision = Type.Object(
  {
    at: Timestamp,
    kind: Type.Enum(decisionKinds),
    step: nullable(Type.String()),
    text: Type.String(),
  },
  addedByCairn,
)
export type RunDecision = Static<typeof RunDecision>

/**
 * An attempt of a step: when its turn had come, when its container's process ran (null when that was not seen, as of a short
 * one), and when it ended (null while it goes on).
 */
export const StepAttempt = Type.Object(
  {
    attempt: Type.Integer(),
    startedAt: Timestamp,
    runningAt: nullable(Timestamp),
    finishedAt: nullable(Timestamp),
  },
  addedByCairn,
)
export type StepAttempt = Static<typeof StepAttempt>

/**
 * A parameter that a step is given. `source` says in words where it comes from; `value` is null for a secret, and for an
 * output that is not there (yet).
 */
export const StepInput = Type.Object(
  { name: Type.String(), value: nullable(Type.String()), source: Type.String() },
  addedByCairn,
)
export type StepInput = Static<typeof StepInput>

/**
 * A step of a run. `output` holds the output parameters. Added by Cairn: `reason` (why it failed, was skipped or
 * stopped), `exitCode`, `attempt`, counted from 1, 0 before the first, `attempts` with their times, `waitsFor` (the steps
 * whose ends it waits for), `input` (its parameters by name), and `decisions`, oldest first.
 */
export const ExecutionStep = Type.Object({
  name: Type.String(),
  status: Type.Enum(stepStatuses),
  stepType: Type.String(),
  startedAt: nullable(Timestamp),
  finishedAt: nullable(Timestamp),
  image: nullable(Type.String()),
  output: Type.Record(Type.String(), Type.String()),
  reason: nullable(Type.String(), addedByCairn),
  exitCode: nullable(Type.Integer(), addedByCairn),
  attempt: Type.Integer(addedByCairn),
  attempts: Type.Array(StepAttempt, addedByCairn),
  waitsFor: Type.Array(Type.String(), addedByCairn),
  input: Type.Array(StepInput, addedByCairn),
  decisions: Type.Array(RunDecision, addedByCairn),
})
export type ExecutionStep = Static<typeof ExecutionStep>

/**
 * Added by Cairn: `reason` (why the run waits or did not succeed), `outcomeNote` (how it ended, in one line; null while it
 * goes on), `trigger` and `startedBy`, `rerunId` (the run that it retries) and `retriedBy` (the newest run that retries it),
 * and `decisions` about the run as a whole, oldest first; those about a step are at the step.
 */
export const ExecutionDetails = Type.Object({
  runId: Uuid,
  status: Type.Enum(executionStatuses),
  executedAt: Timestamp,
  finishedAt: nullable(Timestamp),
  reason: nullable(Type.String(), addedByCairn),
  outcomeNote: nullable(Type.String(), addedByCairn),
  trigger: Type.Enum(runTriggers, addedByCairn),
  startedBy: Type.String(addedByCairn),
  rerunId: nullable(Uuid, addedByCairn),
  retriedBy: nullable(Uuid, addedByCairn),
  decisions: Type.Array(RunDecision, addedByCairn),
  steps: Type.Array(ExecutionStep),
})
export type ExecutionDetails = Static<typeof ExecutionDetails>

export const ExecutionLogsQuery = Type.Object({ stepName: StepName, nextToken: NextTokenQuery, wait: WaitQuery })
export type ExecutionLogsQuery = Static<typeof ExecutionLogsQuery>

export const ExecutionLogDownloadQuery = Type.Object({ stepName: StepName })
export const ExecutionLogFileQuery = Type.Object({ stepName: StepName, ...signedQuery })
