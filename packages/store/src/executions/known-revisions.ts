/**
 * Revisions of workflows as starts of runs need them. A revision never changes, so what is derived from it alone is kept
 * in memory: its body, and where it names nothing outside itself (no image, secret or query) its plan.
 */
import {
  compilePlan,
  graphOf,
  listQueryPaths,
  listSecretReferences,
  planDigest,
  type ResolvedReferences,
  type RunGraph,
  runtimeLimits,
  type RunPlan,
  unlistedSecretVariables,
} from '@cairn/domain'
import { readStoredBody, type StoredBody } from '../workflows/stored-body.ts'

export interface CompiledRevision {
  readonly plan: RunPlan
  readonly graph: RunGraph
  /** `planDigest(plan)`. */
  readonly digest: string
}

export interface KnownRevision {
  readonly body: StoredBody
  readonly allowsConcurrentRuns: boolean
  /** Minutes until the first limit to a run's time that somebody watches; null = nobody does. */
  readonly firstRuntimeLimit: number | null
  /** null = the plan depends on what the body names, and is compiled at each start. */
  readonly compiled: CompiledRevision | null
}

/** Revisions are kept up to so many steps in all. */
const mostSteps = 20_000

export class KnownRevisions {
  /** In the order of use, latest last. */
  readonly #revisions = new Map<string, KnownRevision>()
  /** Rows of plans that are committed, by the compiled revision. */
  readonly #planIds = new WeakMap<CompiledRevision, number>()
  #steps = 0

  find(workflowId: number, revision: number): KnownRevision | null {
    const key = keyOf(workflowId, revision)
    const known = this.#revisions.get(key)
    if (known === undefined) return null
    this.#revisions.delete(key)
    this.#revisions.set(key, known)
    return known
  }

  add(workflowId: number, revision: number, body: object): KnownRevision {
    const known = knowRevision(body)
    this.#revisions.set(keyOf(workflowId, revision), known)
    this.#steps += stepsOf(known)
    for (const [key, oldest] of this.#revisions) {
      if (this.#steps <= mostSteps || oldest === known) break
      this.#revisions.delete(key)
      this.#steps -= stepsOf(oldest)
    }
    return known
  }

  /** The id of the plan's row; null = it is not known that there is one. */
  planIdOf(compiled: CompiledRevision): number | null {
    return this.#planIds.get(compiled) ?? null
  }

  /** Call only when the row is committed. */
  keepPlanId(compiled: CompiledRevision, planId: number): void {
    this.#planIds.set(compiled, planId)
  }
}

const keyOf = (workflowId: number, revision: number): string => `${workflowId}:${revision}`

const stepsOf = ({ body }: KnownRevision): number => Object.keys(body.steps).length

/** @param stored as a revision keeps it */
export function knowRevision(stored: object): KnownRevision {
  const body = readStoredBody(stored)
  const [firstRuntimeLimit] = runtimeLimits(body.watchers)
  return {
    body,
    allowsConcurrentRuns: body.metadata?.allowConcurrentExecution === true,
    firstRuntimeLimit: firstRuntimeLimit ?? null,
    compiled: namesNothing(body) ? compileAlone(body) : null,
  }
}

function namesNothing(body: StoredBody): boolean {
  return (
    Object.values(body.steps).every(
      (step) => (step.type ?? 'standard') !== 'standard' && unlistedSecretVariables(step).length === 0,
    ) &&
    listSecretReferences(body).length === 0 &&
    listQueryPaths(body).length === 0
  )
}

const refusal = { kind: 'refused', rule: 'is not looked up' } as const
const nothing: ResolvedReferences = {
  image: () => refusal,
  resources: () => refusal,
  query: () => refusal,
  hasSecret: () => false,
  secretsOfVariable: () => [],
}

/** null also for a body that does not compile: each start then says why. */
function compileAlone(body: StoredBody): CompiledRevision | null {
  const compiled = compilePlan(body, nothing)
  if (compiled.kind === 'invalid') return null
  const { plan } = compiled
  return { plan, graph: graphOf(plan), digest: planDigest(plan) }
}
