import { type Static, Type } from 'typebox'
import { executionStatuses, stepStatuses } from '../statuses.ts'
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
import { NextTokenQuery, signedQuery } from './log.ts'
import { pageOf, pageQuery } from './page.ts'
import { StepName, stepMap } from './step.ts'

export const ExecutionParams = Type.Object({ workflowId: NumericId, executionId: Uuid })

/** Run-time parameters: `stepWise` wins over `global`, both over what the workflow says. */
export const ExecuteBody = Type.Object({
  params: Type.Optional(Type.Object({ global: Type.Optional(StringMap), stepWise: Type.Optional(stepMap(StringMap)) })),
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

/** `duration` is in seconds, of a live run so far. */
export const ExecutionSummary = Type.Object({
  executionId: Uuid,
  status: Type.Enum(executionStatuses),
  executedAt: Timestamp,
  finishedAt: nullable(Timestamp),
  duration: Type.Number(),
})
export type ExecutionSummary = Static<typeof ExecutionSummary>

export const ExecutionPage = pageOf({
  workflowId: Type.Integer(),
  executions: Type.Array(ExecutionSummary),
  executionsCount: Type.Integer(),
})
export type ExecutionPage = Static<typeof ExecutionPage>

/**
 * A step of a run. `output` holds the output parameters. Added by Cairn: `reason` (why it failed, was skipped or
 * stopped), `exitCode`, and `attempt`, counted from 1, 0 before the first.
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
})
export type ExecutionStep = Static<typeof ExecutionStep>

/** `reason` (added by Cairn) says why the run did not succeed. */
export const ExecutionDetails = Type.Object({
  runId: Uuid,
  status: Type.Enum(executionStatuses),
  executedAt: Timestamp,
  finishedAt: nullable(Timestamp),
  reason: nullable(Type.String(), addedByCairn),
  steps: Type.Array(ExecutionStep),
})
export type ExecutionDetails = Static<typeof ExecutionDetails>

export const ExecutionLogsQuery = Type.Object({ stepName: StepName, nextToken: NextTokenQuery })
export type ExecutionLogsQuery = Static<typeof ExecutionLogsQuery>

export const ExecutionLogDownloadQuery = Type.Object({ stepName: StepName })
export const ExecutionLogFileQuery = Type.Object({ stepName: StepName, ...signedQuery })
