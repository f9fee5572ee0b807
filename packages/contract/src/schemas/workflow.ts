import { type Static, Type } from 'typebox'
import { executionStatuses, workflowStatuses } from '../statuses.ts'
import {
  NumericId,
  ResourceName,
  ShortText,
  Tag,
  Text,
  TextFilter,
  Timestamp,
  UrlText,
  Uuid,
  filterOf,
  nullable,
  wireLimits,
  addedByCairn,
} from './bounds.ts'
import { ExecutionSummary } from './execution.ts'
import { FirstFiring } from './dry-run.ts'
import { pageOf, pageQuery } from './page.ts'
import { ExportStep, HttpStep, RetryOptions, SqlStep, StandardStep, StepBody, stepMap } from './step.ts'

export const WorkflowParams = Type.Object({ workflowId: NumericId })

/** Name of a secret that calls are signed with; true = one that Cairn makes for the hook and shows once; false = none. */
const SigningSecret = Type.Union([Type.Boolean(), ShortText], addedByCairn)

/**
 * By time, by a call from outside, or (`{}` or none) by hand only. `webhook` as text is the token of the hook that describe
 * shows and keeps it, as `webhookPolicy: preserve` does; a hook that is not kept gets a new one. Added by Cairn: `timezone`
 * (IANA name, default UTC) of a cron, and `signingSecret`, with which calls of the webhook must be signed.
 */
export const Trigger = Type.Object({
  cron: Type.Optional(Type.String({ minLength: 1, maxLength: 256 })),
  timezone: Type.Optional(Type.String({ minLength: 1, maxLength: 64, ...addedByCairn })),
  webhook: Type.Optional(Type.Union([Type.Boolean(), Uuid])),
  webhookPolicy: Type.Optional(ShortText),
  signingSecret: Type.Optional(SigningSecret),
})
export type Trigger = Static<typeof Trigger>

const targets = ['user', 'webhook', 'email'] as const

const WatcherFields = Type.Object({
  events: Type.Object({
    success: Type.Optional(Type.Boolean()),
    fail: Type.Optional(Type.Boolean()),
    /** Minutes. */
    runtimeExceeded: Type.Optional(Type.Number({ exclusiveMinimum: 0, maximum: 525_600 })),
    /** A scheduled run did not start. */
    missed: Type.Optional(Type.Boolean(addedByCairn)),
    /** A run succeeded after one that failed. */
    recovered: Type.Optional(Type.Boolean(addedByCairn)),
  }),
  /** E-mail address of a user. */
  user: Type.Optional(ShortText),
  webhook: Type.Optional(
    Type.Object({
      name: ShortText,
      /** `{{field}}` may stand behind the host, see `payload`. */
      url: UrlText,
      /**
       * Sent as it is, with the fields of the run filled in: `{{executionId}}`, `{{workflowId}}`, `{{workflowName}}`,
       * `{{event}}`, `{{status}}`, `{{reason}}`, `{{url}}`, `{{startedAt}}`, `{{finishedAt}}`, `{{minutes}}`,
       * `{{scheduledAt}}`, `{{tenant}}`.
       */
      payload: Text,
      /** Name of a secret that the calls are signed with, as Standard Webhooks has it. */
      signingSecret: Type.Optional(Type.String({ minLength: 1, maxLength: 256, ...addedByCairn })),
    }),
  ),
  email: Type.Optional(
    Type.Object({
      name: Type.Optional(ShortText),
      recipients: Type.Object({ to: Type.Array(ShortText, { minItems: 1, maxItems: 100 }) }),
    }),
  ),
})

/** Who is told about what: exactly one of `user`, `webhook` and `email`. */
export const Watcher = Type.Refine(
  WatcherFields,
  (watcher: Static<typeof WatcherFields>) => targets.filter((target) => watcher[target] !== undefined).length === 1,
  () => 'must have exactly one of user, webhook and email',
)
export type Watcher = Static<typeof WatcherFields>

/** `workflowTimeout` (added by Cairn) is in seconds, counted from the run's first attempt: at most 30 days. */
const Metadata = Type.Object({
  allowConcurrentExecution: Type.Optional(Type.Boolean({ default: false })),
  workflowTimeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 2_592_000, ...addedByCairn })),
})

const body = {
  metadata: Type.Optional(Metadata),
  tags: Type.Optional(Type.Array(Tag, { maxItems: wireLimits.tags })),
  triggers: Type.Optional(Type.Array(Trigger, { maxItems: wireLimits.triggers })),
  watchers: Type.Optional(Type.Array(Watcher, { maxItems: wireLimits.watchers })),
  retryOptions: Type.Optional(RetryOptions),
}

/** A workflow as it is created: steps by name. */
export const WorkflowBody = Type.Object({ name: ResourceName, ...body, steps: stepMap(StepBody) })
export type WorkflowBody = Static<typeof WorkflowBody>

/** Replaces a workflow; the name stays when absent. */
export const UpdateWorkflowBody = Type.Object({
  name: Type.Optional(ResourceName),
  ...body,
  steps: stepMap(StepBody),
})
export type UpdateWorkflowBody = Static<typeof UpdateWorkflowBody>

/** Added by Cairn: `recentRuns`, with how many of its newest runs each workflow of the list comes. */
export const ListWorkflowsQuery = Type.Object({
  ...pageQuery,
  workflowStatus: Type.Optional(filterOf(workflowStatuses)),
  lastExecutionStatus: Type.Optional(filterOf(executionStatuses)),
  /** E-mail addresses. */
  lastModifiedBy: Type.Optional(TextFilter),
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
  recentRuns: Type.Optional(Type.Integer({ minimum: 0, maximum: 30, default: 0, ...addedByCairn })),
})
export type ListWorkflowsQuery = Static<typeof ListWorkflowsQuery>

export const SavedHooks = Type.Array(
  Type.Object({ webhook: Uuid, signingSecret: Type.Optional(Type.String(addedByCairn)) }),
)

/**
 * `triggers` is there when the workflow has webhooks: the token of each, and the signing secret of those that got one by
 * this call, which is shown here and never again. `warnings` are there when something is allowed and yet may not be
 * meant, `schedules` when there are any.
 */
export const WorkflowSaved = Type.Object({
  id: Type.Integer(),
  triggers: Type.Optional(SavedHooks),
  warnings: Type.Optional(Type.Array(Type.Object({ field: Type.String(), rule: Type.String() }), addedByCairn)),
  schedules: Type.Optional(Type.Array(FirstFiring, addedByCairn)),
})
export type WorkflowSaved = Static<typeof WorkflowSaved>

/** `scheduled` is the next run of a time trigger, `nextRuns` (added by Cairn, in describe only) the next five. */
const TriggerAnswer = Type.Object({
  cron: Type.Optional(Type.String()),
  timezone: Type.Optional(Type.String(addedByCairn)),
  scheduled: Type.Optional(Timestamp),
  nextRuns: Type.Optional(Type.Array(Timestamp, addedByCairn)),
  webhook: Type.Optional(Uuid),
  signingSecret: Type.Optional(SigningSecret),
})

/** `rerunId` is there when the run retries another: that one. */
export const LastExecution = Type.Object({
  executionId: Uuid,
  executedAt: Timestamp,
  status: Type.Enum(executionStatuses),
  rerunId: Type.Optional(Uuid),
})
export type LastExecution = Static<typeof LastExecution>

/** `lastExecution` is absent until a first run. `recentRuns`, newest first, is there in lists that ask for it. */
export const WorkflowSummary = Type.Object({
  id: Type.Integer(),
  name: Type.String(),
  createdAt: Timestamp,
  createdBy: Type.Optional(Type.String()),
  updatedAt: Timestamp,
  updatedBy: Type.Optional(Type.String()),
  status: Type.Enum(workflowStatuses),
  lastExecution: Type.Optional(LastExecution),
  triggers: Type.Array(TriggerAnswer),
  tags: Type.Array(Tag),
  recentRuns: Type.Optional(Type.Array(ExecutionSummary, addedByCairn)),
})
export type WorkflowSummary = Static<typeof WorkflowSummary>

export const WorkflowPage = pageOf({ workflows: Type.Array(WorkflowSummary), workflowsCount: Type.Integer() })
export type WorkflowPage = Static<typeof WorkflowPage>

/**
 * A step as describe shows it: the body's keys, and the names of what its ids stand for. `parameters.env` is a list of
 * one-entry objects; `parameters` and `repository` are absent when the step has none, never null. Only a sql step with a
 * `sqlQueryPath` can have a repository without `url` or `branch`: one that means nothing.
 */
export const StepDetails = Type.Object({
  ...Type.Partial(
    Type.Object({
      ...StandardStep.properties,
      ...HttpStep.properties,
      ...SqlStep.properties,
      ...ExportStep.properties,
    }),
  ).properties,
  type: Type.String(),
  parents: Type.Array(Type.String()),
  imageName: Type.Optional(Type.String()),
  imageVersion: Type.Optional(Type.String()),
  parameters: Type.Optional(
    Type.Object({
      env: Type.Optional(Type.Array(Type.Record(Type.String(), Type.String()))),
      inherit: Type.Optional(Type.Record(Type.String(), Type.String())),
      secrets: Type.Optional(Type.Array(Type.String())),
    }),
  ),
  repository: Type.Optional(
    Type.Object({
      url: Type.Optional(Type.String()),
      branch: Type.Optional(Type.String()),
      token: Type.Optional(nullable(Type.String())),
      filePath: Type.Optional(Type.String()),
    }),
  ),
})
export type StepDetails = Static<typeof StepDetails>

export const WorkflowDetails = Type.Object({
  ...WorkflowSummary.properties,
  metadata: Type.Optional(Metadata),
  retryOptions: Type.Optional(RetryOptions),
  steps: Type.Record(Type.String(), StepDetails),
  watchers: Type.Array(WatcherFields),
})
export type WorkflowDetails = Static<typeof WorkflowDetails>

/** Units are vCPU and GB. */
export const WorkflowResource = Type.Object({
  id: Type.Integer(),
  cpu: Type.Number(),
  memory: Type.Number(),
  gpu: nullable(Type.Number()),
  gpuMemory: nullable(Type.Number()),
})
export type WorkflowResource = Static<typeof WorkflowResource>

export const DefaultResource = Type.Object({ instanceTypeId: Type.Integer(), storage: Type.String() })
export type DefaultResource = Static<typeof DefaultResource>
