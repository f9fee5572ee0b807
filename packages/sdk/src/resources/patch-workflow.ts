import type { UpdateWorkflowBody, WorkflowBody, WorkflowDetails } from '@cairn/contract'
import type { Given } from '../transport/call-options.ts'

type Deep<T> = T extends readonly unknown[] ? Given<T> : T extends object ? { readonly [K in keyof T]?: Deep<T[K]> } : T

type EveryKeyOf<T> = T extends unknown ? keyof T : never
type ValueIn<T, Key> = T extends unknown ? (Key extends keyof T ? T[Key] : never) : never

/**
 * A part of a step: maps are merged key by key, lists and values are replaced. Of steps of any type; the server refuses
 * what the step's type does not have.
 *
 * @example
 * const faster: StepPatch = { resources: { instanceTypeId: 23 }, parameters: { env: { MODE: 'fast' } } }
 */
export type StepPatch = {
  readonly [Key in EveryKeyOf<WorkflowBody['steps'][string]>]?: Deep<ValueIn<WorkflowBody['steps'][string], Key>>
}

/**
 * A part of a workflow. What is absent stays, also within `metadata` and `retryOptions`; lists (`tags`, `triggers`,
 * `watchers`) are replaced whole.
 *
 * @example
 * const patch: WorkflowPatch = { tags: [{ name: 'nightly' }], steps: { train: { command: 'python train.py' } } }
 */
export interface WorkflowPatch extends Given<Omit<UpdateWorkflowBody, 'steps'>> {
  /** By step name; a name that is not there yet adds a step. */
  readonly steps?: Readonly<Record<string, StepPatch>> | undefined
  /** Goes into every step, or into those of `stepNames`, before `steps`. */
  readonly everyStep?: StepPatch | undefined
  /** The steps that `everyStep` goes into. Default: all of them. */
  readonly stepNames?: readonly string[] | undefined
}

type Fields = Readonly<Record<string, unknown>>

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function merged(old: unknown, patch: unknown): unknown {
  if (patch === undefined) return old
  if (!isMap(old) || !isMap(patch)) return patch
  const keys = new Set([...Object.keys(old), ...Object.keys(patch)])
  return Object.fromEntries([...keys].map((key) => [key, merged(old[key], patch[key])]))
}

/** A step as it is written, from one as it is shown: `env` is shown as a list of one-entry maps. */
function asWritten({ imageName: _name, imageVersion: _version, ...step }: Fields): Fields {
  const { parameters } = step
  if (!isMap(parameters) || !Array.isArray(parameters['env'])) return step
  return { ...step, parameters: { ...parameters, env: Object.assign({}, ...parameters['env']) } }
}

/** A webhook that is not named by its token would become a new one. */
function triggersOf(triggers: WorkflowDetails['triggers']): UpdateWorkflowBody['triggers'] {
  return triggers.map(({ scheduled: _scheduled, nextRuns: _nextRuns, ...trigger }) => trigger)
}

/**
 * The body that replaces a workflow by itself with a patch on it. Pure; `patchWorkflow` reads, calls this and writes.
 *
 * @throws TypeError when `stepNames` holds a name that no step has.
 * @example
 * import { patchedWorkflow } from '@cairn/sdk'
 *
 * const body = patchedWorkflow(await client.workflows.describeWorkflow(1), { metadata: { workflowTimeout: 600 } })
 * await client.workflows.updateWorkflow(1, body)
 */
export function patchedWorkflow(workflow: WorkflowDetails, patch: WorkflowPatch): UpdateWorkflowBody {
  const { steps = {}, everyStep = {}, stepNames = Object.keys(workflow.steps), ...own } = patch
  const unknown = stepNames.find((name) => !Object.hasOwn(workflow.steps, name))
  if (unknown !== undefined) throw new TypeError(`stepNames: workflow ${workflow.name} has no step ${unknown}`)
  const names = [...new Set([...Object.keys(workflow.steps), ...Object.keys(steps)])]
  const patched = names.map((name) => {
    const step = workflow.steps[name]
    const shared = stepNames.includes(name) ? everyStep : {}
    return [name, merged(merged(step === undefined ? {} : asWritten(step), shared), steps[name])]
  })
  const { name, tags, watchers, metadata, retryOptions } = workflow
  const old: Fields = { name, tags, watchers, metadata, retryOptions, triggers: triggersOf(workflow.triggers) }
  // What is absent the server keeps of these two itself.
  const kept = { name, tags, watchers, triggers: old['triggers'] }
  const changed = Object.fromEntries(Object.entries(own).map(([key, value]) => [key, merged(old[key], value)]))
  // Only the server knows whether the parts make a step of its type; it refuses what does not.
  return { ...kept, ...changed, steps: Object.fromEntries(patched) } as UpdateWorkflowBody
}
