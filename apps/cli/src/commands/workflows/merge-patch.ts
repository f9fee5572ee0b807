/** A change of a part of a workflow, laid over the workflow as describe shows it. */
import { type JsonObject, isJsonObject } from '../../templates/read-yaml.ts'

/** Keys of a described step that are no keys of a body. */
const readOnlyStepKeys = new Set(['imageName', 'imageVersion'])
const bodyKeys = ['name', 'metadata', 'tags', 'triggers', 'watchers', 'retryOptions'] as const

function stepBody(step: unknown): JsonObject {
  return isJsonObject(step)
    ? Object.fromEntries(Object.entries(step).filter(([key]) => !readOnlyStepKeys.has(key)))
    : {}
}

/** What a trigger was written as: its next times are not part of it, and a webhook is kept by its token. */
function triggerBody(trigger: unknown): unknown {
  if (!isJsonObject(trigger)) return trigger
  const { scheduled: _scheduled, nextRuns: _nextRuns, ...written } = trigger
  return written
}

/** A described workflow as the body that would make it. */
export function workflowAsBody(described: JsonObject): JsonObject {
  const { steps, triggers } = described
  const kept = Object.fromEntries(
    bodyKeys.flatMap((key) => (described[key] === undefined ? [] : [[key, described[key]]])),
  )
  return {
    ...kept,
    ...(Array.isArray(triggers) ? { triggers: triggers.map(triggerBody) } : {}),
    steps: Object.fromEntries(
      Object.entries(isJsonObject(steps) ? steps : {}).map(([name, step]) => [name, stepBody(step)]),
    ),
  }
}

/** Maps are merged at every depth; everything else is replaced. */
export function mergeDeep(base: unknown, change: unknown): unknown {
  if (change === undefined) return base
  if (!isJsonObject(base) || !isJsonObject(change)) return change
  const keys = new Set([...Object.keys(base), ...Object.keys(change)])
  return Object.fromEntries([...keys].map((key) => [key, mergeDeep(base[key], change[key])]))
}

/** `parameters.env` of a described step is a list of maps with one entry; a change is a map. */
export function withEnvMaps(body: JsonObject): JsonObject {
  const steps = Object.entries(isJsonObject(body['steps']) ? body['steps'] : {}).map(([name, step]) => {
    if (!isJsonObject(step) || !isJsonObject(step['parameters'])) return [name, step]
    const { env } = step['parameters']
    if (!Array.isArray(env)) return [name, step]
    const entries = env.flatMap((entry: unknown) => (isJsonObject(entry) ? Object.entries(entry) : []))
    return [name, { ...step, parameters: { ...step['parameters'], env: Object.fromEntries(entries) } }]
  })
  return { ...body, steps: Object.fromEntries(steps) }
}
