import { type Static, Type } from 'typebox'
import { nullable, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { SavedHooks } from './workflow.ts'

/** Revisions of a page when no size is asked for. */
export const usualRevisions = 10

/** Newest first. `pageSize` is at most 20, as whole workflows are compared. */
export const ListWorkflowRevisionsQuery = Type.Object({
  ...pageQuery,
  pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 20, default: usualRevisions })),
})
export type ListWorkflowRevisionsQuery = Static<typeof ListWorkflowRevisionsQuery>

/**
 * A key of a workflow's body that a revision changed. `path` is keys divided by dots, e.g. `steps.train.command`. `from`
 * null = it was not there; `to` null = it is gone. Text stands as it is, everything else as JSON; at most 2,000 characters.
 */
export const WorkflowChange = Type.Object({
  path: Type.String(),
  from: nullable(Type.String()),
  to: nullable(Type.String()),
})
export type WorkflowChange = Static<typeof WorkflowChange>

/** What a workflow was from then on. `changes` are those since the revision before, at most 200; the first has none. */
export const WorkflowRevision = Type.Object({
  revision: Type.Integer(),
  createdAt: Timestamp,
  createdBy: Type.String(),
  changes: Type.Array(WorkflowChange),
  changesCount: Type.Integer(),
})
export type WorkflowRevision = Static<typeof WorkflowRevision>

export const WorkflowRevisionPage = pageOf({
  revisions: Type.Array(WorkflowRevision),
  revisionsCount: Type.Integer(),
})
export type WorkflowRevisionPage = Static<typeof WorkflowRevisionPage>

export const RestoreWorkflowBody = Type.Object({ revision: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })
export type RestoreWorkflowBody = Static<typeof RestoreWorkflowBody>

/**
 * The number of the newest revision: a new one, or the one that was the same already. `triggers` as where a workflow is saved: a
 * signing secret that a hook got by this call is shown here and never again.
 */
export const WorkflowRestored = Type.Object({
  id: Type.Integer(),
  revision: Type.Integer(),
  triggers: Type.Optional(SavedHooks),
})
export type WorkflowRestored = Static<typeof WorkflowRestored>
