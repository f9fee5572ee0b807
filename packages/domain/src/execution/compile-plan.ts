/** From a workflow body to the plan that its runs follow. */
import { createHash } from 'node:crypto'
import type { FieldError } from '@cairn/contract'
import { canonicalJson } from '../canonical-json.ts'
import type {
  HttpMethod,
  PlannedContainerStep,
  PlannedExportStep,
  PlannedHttpStep,
  PlannedImage,
  PlannedResources,
  PlannedQuery,
  PlannedRetry,
  PlannedStep,
  RunPlan,
  StepName,
} from './plan.ts'
import { httpMethods } from './plan.ts'
import { checkSecretReferences, planAuth, planSecrets, type ResolvedSecrets } from './plan-secrets.ts'
import { hasRepository, planRepository } from './validate-repository.ts'
import { planConditions, planSkips } from './plan-flow.ts'
import { checkWorkflow } from './validate-workflow.ts'
import type { RetryOptionsDraft, StepDraft, WorkflowDraft } from './workflow-draft.ts'

/** An image as a step names it; `imageVersionId` null = the latest ready version. */
export interface ImageReference {
  readonly imageId: number
  readonly imageVersionId: number | null
}

export type Resolved<T> =
  | { readonly kind: 'found'; readonly value: T }
  | { readonly kind: 'refused'; readonly rule: string }

/** Answers from what the caller read before; `rule` says what is wrong, e.g. `image 7 has no ready version`. */
export interface ResolvedReferences extends ResolvedSecrets {
  image(reference: ImageReference): Resolved<PlannedImage>
  /** null = the default instance type or storage. */
  resources(instanceTypeId: number | null, storage: string | null): Resolved<PlannedResources>
  /** The newest version of a path of the query store. */
  query(path: string): Resolved<PlannedQuery>
}

export type CompiledPlan =
  /** `warnings`: what is allowed and yet may not be meant. */
  | { readonly kind: 'plan'; readonly plan: RunPlan; readonly warnings: readonly FieldError[] }
  | { readonly kind: 'invalid'; readonly errors: readonly FieldError[] }

type CompiledStep = { readonly step: PlannedStep } | { readonly errors: readonly FieldError[] }

/** The images that a body's steps name, without repetition: what to look up before {@link compilePlan}. */
export function listImageReferences(body: WorkflowDraft): ImageReference[] {
  const references = new Map<string, ImageReference>()
  for (const step of Object.values(body.steps)) {
    if ((step.type ?? 'standard') !== 'standard' || typeof step.imageId !== 'number') continue
    const reference = imageReferenceOf(step, step.imageId)
    references.set(`${reference.imageId}:${reference.imageVersionId ?? ''}`, reference)
  }
  return [...references.values()]
}

function imageReferenceOf(step: StepDraft, imageId: number): ImageReference {
  return { imageId, imageVersionId: step.imageVersionId ?? null }
}

/** Validates the body, resolves its references and fills in defaults. */
export function compilePlan(body: WorkflowDraft, resolved: ResolvedReferences): CompiledPlan {
  const checked = checkWorkflow(body)
  if (checked.kind === 'invalid') return checked
  const { links, order, inherited, warnings } = checked.flow
  const skips = planSkips(body.steps, order, links.waitsFor)
  const errors: FieldError[] = checkSecretReferences(body, resolved)
  const steps: [StepName, PlannedStep][] = []
  for (const [name, draft] of Object.entries(body.steps)) {
    const common = {
      parents: links.parents.get(name) ?? [],
      alsoWaitsFor: links.alsoWaitsFor.get(name) ?? [],
      conditions: planConditions(draft),
      skip: skips.get(name) ?? null,
      secrets: planSecrets(draft, resolved),
      env: { ...draft.parameters?.env },
      inherit: inherited.get(name) ?? {},
      outputParameters: { ...draft.outputParameters },
      retry: planRetry(draft.runConfiguration?.retryOptions ?? body.retryOptions),
      timeoutSeconds: draft.stepTimeout ?? null,
    }
    const compiled = planByType(draft, common, name, resolved)
    if ('step' in compiled) steps.push([name, compiled.step])
    else errors.push(...compiled.errors)
  }
  if (errors.length > 0) return { kind: 'invalid', errors }
  const plan = {
    workflowName: body.name ?? '',
    steps: Object.fromEntries(steps),
    timeoutSeconds: body.metadata?.workflowTimeout ?? null,
    watched: (body.watchers ?? []).length > 0,
  }
  return { kind: 'plan', plan, warnings }
}

/** Paths of the query store that a body's steps name, without repetition: what to look up before {@link compilePlan}. */
export function listQueryPaths(body: WorkflowDraft): string[] {
  const paths = Object.values(body.steps).flatMap((step) => (step.type === 'sql' ? [step.sqlQueryPath ?? ''] : []))
  return [...new Set(paths)].filter((path) => path !== '')
}

function planByType(
  draft: StepDraft,
  common: CommonFields,
  name: StepName,
  resolved: ResolvedReferences,
): CompiledStep {
  switch (draft.type) {
    case 'http':
      return { step: planHttp(draft, common) }
    case 'sql':
      return planSql(draft, common, name, resolved)
    case 'export':
      return { step: planExport(draft, common) }
    default:
      return planContainer(draft, common, name, resolved)
  }
}

function planSql(draft: StepDraft, common: CommonFields, name: StepName, resolved: ResolvedReferences): CompiledStep {
  const path = draft.sqlQueryPath ?? ''
  if (path === '') {
    const repository = planRepository(draft.repository ?? {})
    const filePath = draft.repository?.filePath ?? ''
    return { step: { ...common, type: 'sql', query: { from: 'repository', repository, filePath } } }
  }
  const query = resolved.query(path)
  return query.kind === 'found'
    ? { step: { ...common, type: 'sql', query: query.value } }
    : { errors: [{ field: `steps.${name}.sqlQueryPath`, rule: query.rule }] }
}

function planExport(draft: StepDraft, common: CommonFields): PlannedExportStep {
  return {
    ...common,
    type: 'export',
    schema: draft.schema ?? '',
    table: draft.table ?? '',
    sortBy: draft.sortBy ?? '',
    sortOrder: draft.sortOrder === 'desc' ? 'desc' : 'asc',
    compression: draft.compression ?? false,
  }
}

type CommonFields = Omit<PlannedHttpStep, 'type' | 'method' | 'url' | 'headers' | 'secretHeaders' | 'auth' | 'payload'>

function planHttp(draft: StepDraft, common: CommonFields): PlannedHttpStep {
  const method: HttpMethod = httpMethods.find((known) => known === draft.method) ?? 'get'
  return {
    ...common,
    type: 'http',
    method,
    url: draft.url ?? '',
    headers: { ...draft.headers?.absolute },
    secretHeaders: { ...draft.headers?.secrets },
    auth: planAuth(draft.auth),
    payload: method === 'get' ? null : (draft.payload ?? null),
  }
}

function planContainer(
  draft: StepDraft,
  common: CommonFields,
  name: StepName,
  resolved: ResolvedReferences,
): CompiledStep {
  const image = resolved.image(imageReferenceOf(draft, draft.imageId ?? 0))
  const resources = resolved.resources(draft.resources?.instanceTypeId ?? null, draft.resources?.storage ?? null)
  const errors: FieldError[] = []
  if (image.kind === 'refused') errors.push({ field: `steps.${name}.imageId`, rule: image.rule })
  if (resources.kind === 'refused')
    errors.push({ field: `steps.${name}.resources.instanceTypeId`, rule: resources.rule })
  if (image.kind === 'refused' || resources.kind === 'refused') return { errors }
  const step: PlannedContainerStep = {
    ...common,
    type: 'standard',
    command: draft.command ?? '',
    image: image.value,
    resources: resources.value,
    repository: hasRepository(draft) ? planRepository(draft.repository ?? {}) : null,
  }
  return { step }
}

/** Without options there is no retry; with them, absent fields have the contract's defaults (3 retries, 5 s). */
function planRetry(options: RetryOptionsDraft | null | undefined): PlannedRetry {
  if (options === null || options === undefined) {
    return { maxRetries: 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null }
  }
  return {
    maxRetries: options.numberOfRetries ?? 3,
    delaySeconds: options.duration ?? 5,
    exponentialBackoff: options.exponentialBackoff ?? false,
    exitCodes:
      options.exitCodes === undefined || options.exitCodes === null || options.exitCodes.length === 0
        ? null
        : [...options.exitCodes],
  }
}

/** Equal for equal plans, whatever the order of their keys: the identity of a plan row. */
export function planDigest(plan: RunPlan): string {
  return createHash('sha256').update(canonicalJson(plan)).digest('hex')
}
