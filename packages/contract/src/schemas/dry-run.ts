import { type Static, Type } from 'typebox'
import { addedByCairn, nullable, Timestamp } from './bounds.ts'

/** Query of operations that can be tried without being done. Added by Cairn. */
export const DryRunQuery = Type.Object({
  dryRun: Type.Optional(
    Type.Boolean({
      default: false,
      description: 'Check everything and change nothing; the answer is 200 with what would be done.',
      ...addedByCairn,
    }),
  ),
})
export type DryRunQuery = Static<typeof DryRunQuery>

/** When a schedule that was written fires first; null while the workflow is paused. Added by Cairn. */
export const FirstFiring = Type.Object({ cron: Type.String(), timezone: Type.String(), next: nullable(Timestamp) })
export type FirstFiring = Static<typeof FirstFiring>

/**
 * The answer to `dryRun=true`. `changes` are what the histories of resources would hold, e.g. `service.revised` for a new
 * deployment; empty when nothing that runs would change. `schedules` is that of a workflow that has any.
 */
export const DryRunAnswer = Type.Object({
  dryRun: Type.Literal(true),
  changes: Type.Array(Type.String()),
  warnings: Type.Array(Type.Object({ field: Type.String(), rule: Type.String() })),
  schedules: Type.Optional(Type.Array(FirstFiring)),
})
export type DryRunAnswer = Static<typeof DryRunAnswer>
