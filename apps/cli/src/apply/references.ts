/** Images by name in files of workflows and services, in place of numbers that differ from server to server. */
import { usageError } from '../errors/cli-error.ts'
import { imageId, imageVersionId } from '../names/resolve.ts'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import type { Document } from './document.ts'
import type { Planning } from './planned.ts'

export interface Referring {
  readonly body: JsonObject
  /** Names of images that are not there yet, which the same files make; a number that means nothing stands for each. */
  readonly missing: readonly string[]
}

const standIn = 1

interface Keys {
  readonly name: string
  readonly version: string
  readonly id: string
  readonly versionId: string
}

const ofStep: Keys = { name: 'imageName', version: 'imageVersion', id: 'imageId', versionId: 'imageVersionId' }
const ofService: Keys = { name: 'imageName', version: 'version', id: 'imageId', versionId: 'versionId' }

/** `steps.<name>.imageName` and `imageVersion` become `imageId` and `imageVersionId`. */
export async function resolveSteps(document: Document, planning: Planning): Promise<Referring> {
  const { steps } = document.body
  if (!isJsonObject(steps)) return { body: document.body, missing: [] }
  const missing: string[] = []
  const resolved: [string, unknown][] = []
  for (const [name, step] of Object.entries(steps)) {
    const place = `${document.source}: steps.${name}`
    resolved.push([name, isJsonObject(step) ? await resolve(step, { keys: ofStep, place, missing }, planning) : step])
  }
  return { body: { ...document.body, steps: Object.fromEntries(resolved) }, missing }
}

/** `imageDetails.imageName` and `version` become `imageId` and `versionId`. */
export async function resolveImageDetails(document: Document, planning: Planning): Promise<Referring> {
  const { imageDetails } = document.body
  if (!isJsonObject(imageDetails)) return { body: document.body, missing: [] }
  const missing: string[] = []
  const place = `${document.source}: imageDetails`
  const resolved = await resolve(imageDetails, { keys: ofService, place, missing }, planning)
  return { body: { ...document.body, imageDetails: resolved }, missing }
}

async function resolve(
  holder: JsonObject,
  { keys, place, missing }: { readonly keys: Keys; readonly place: string; readonly missing: string[] },
  { client, upcomingImages }: Planning,
): Promise<JsonObject> {
  const { [keys.name]: name, [keys.version]: version, ...rest } = holder
  if (name === undefined || Object.hasOwn(rest, keys.id)) return rest
  if (typeof name !== 'string') throw usageError(`${place}.${keys.name} must be the name of an image.`)
  const id = await imageId(client, name).catch((error: unknown) => {
    if (!upcomingImages.has(name)) throw error
    return null
  })
  if (id === null) {
    missing.push(name)
    return { ...rest, [keys.id]: standIn }
  }
  if (version === undefined) return { ...rest, [keys.id]: id }
  if (typeof version !== 'string') throw usageError(`${place}.${keys.version} must be a text: put it in quotes.`)
  const versionId = await imageVersionId(client, id, version).catch((error: unknown) => {
    if (!upcomingImages.has(name)) throw error
    return null
  })
  if (versionId !== null) return { ...rest, [keys.id]: id, [keys.versionId]: versionId }
  missing.push(name)
  return { ...rest, [keys.id]: id }
}
