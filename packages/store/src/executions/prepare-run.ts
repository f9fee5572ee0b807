import type { FieldError } from '@cairn/contract'
import {
  checkSecretsAgainstRun,
  compilePlan,
  graphOf,
  leftOutOf,
  type MachineSize,
  planDigest,
  seedsOfLeftOut,
  validateRunParameters,
} from '@cairn/domain'
import type { Tx } from '../database/database.ts'
import { upsertRunPlan } from './insert-execution.ts'
import type { CompiledRevision, KnownRevision, KnownRevisions } from './known-revisions.ts'
import type { PreparedRun } from './plan-of-retry.ts'
import { resolveReferences } from './resolve-references.ts'
import type { RunStart } from './run-start.ts'

/** A workflow whose row the caller holds, as it is now. */
export interface WorkflowToRun {
  readonly id: number
  readonly revision: number
  readonly known: KnownRevision
}

export type RunPreparation =
  | PreparedRun
  | { readonly kind: 'invalid_parameters'; readonly errors: readonly FieldError[] }
  | { readonly kind: 'unresolved'; readonly errors: readonly FieldError[] }

/** What a new run of the workflow is made from. Only a refusal leaves nothing behind. */
export async function prepareRun(
  tx: Tx,
  { id, revision, known }: WorkflowToRun,
  start: RunStart,
  use: { readonly machine: MachineSize | null; readonly revisions: KnownRevisions },
): Promise<RunPreparation> {
  const { body } = known
  const broken = [
    ...validateRunParameters(start.parameters, Object.keys(body.steps)),
    ...checkSecretsAgainstRun(start.parameters, body.steps),
  ]
  if (broken.length > 0) return { kind: 'invalid_parameters', errors: broken }
  const compiled = known.compiled ?? (await compileNow(tx, start.tenantId, known, use.machine))
  if ('errors' in compiled) return { kind: 'unresolved', errors: compiled.errors }
  const leftOut = leftOutOf(compiled.graph, start.stepsToRun ?? [])
  if (leftOut.kind === 'invalid') return { kind: 'invalid_parameters', errors: leftOut.errors }
  const { digest, plan } = compiled
  const planId =
    use.revisions.planIdOf(compiled) ?? (await upsertRunPlan(tx, { workflowId: id, revision, digest, body: plan }))
  return { kind: 'prepared', planId, compiled, parameters: start.parameters, seeds: seedsOfLeftOut(leftOut.steps) }
}

async function compileNow(
  tx: Tx,
  tenantId: string,
  { body }: KnownRevision,
  machine: MachineSize | null,
): Promise<CompiledRevision | { readonly errors: readonly FieldError[] }> {
  const references = await resolveReferences(tx, tenantId, body, { moment: 'start', machine })
  const compiled = compilePlan(body, references)
  if (compiled.kind === 'invalid') return { errors: compiled.errors }
  const { plan } = compiled
  return { plan, graph: graphOf(plan), digest: planDigest(plan) }
}
