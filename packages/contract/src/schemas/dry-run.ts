import { type Static, Type } from 'typebox'
import { addedByCairn } from './bounds.ts'

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

/**
 * The answer to `dryRun=true`. `changes` are what the histories of resources would hold, e.g. `service.revised` for a new
 * deployment; empty when nothing that runs would change.
 */
export const DryRunAnswer = Type.Object({
  dryRun: Type.Literal(true),
  changes: Type.Array(Type.String()),
  warnings: Type.Array(Type.Object({ field: Type.String(), rule: Type.String() })),
})
export type DryRunAnswer = Static<typeof DryRunAnswer>
