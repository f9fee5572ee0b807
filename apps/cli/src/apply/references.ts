/** Images by name in files of workflows and services, in place of numbers that differ from server to server. */
import { usageError } from '../errors/cli-error.ts'
import { imageId, imageVersionId } from '../names/resolve.ts'
import { isJsonObject, type JsonObject } from '../templates/read-yaml.ts'
import type { Session } from '../session/session.ts'
import type { Planning } from './planned.ts'

export interface Referring {
  readonly body: JsonObject
  /** Names of images that are not there yet, which the same files make; a number that means nothing stands for each. */
  readonly missing: readonly string[]
}

/** What names images. */
interface Referrer {
  readonly body: JsonObject
  readonly source: string
}

type Images = Pick<Planning, 'session' | 'upcomingImages'>

/** Where the images have to be there already. */
export const presentImages = (session: Session): Images => ({ session, upcomingImages: new Set() })

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
export async function resolveSteps(file: Referrer, images: Images): Promise<Referring> {
  const { steps } = file.body
  if (!isJsonObject(steps)) return { body: file.body, missing: [] }
  const missing: string[] = []
  const resolved: [string, unknown][] = []
  for (const [name, step] of Object.entries(steps)) {
    const place = `${file.source}: steps.${name}`
    resolved.push([name, isJsonObject(step) ? await resolve(step, { keys: ofStep, place, missing }, images) : step])
  }
  return { body: { ...file.body, steps: Object.fromEntries(resolved) }, missing }
}

/** `imageDetails.imageName` and `version` become `imageId` and `versionId`. */
export async function resolveImageDetails(file: Referrer, images: Images): Promise<Referring> {
  const { imageDetails } = file.body
  if (!isJsonObject(imageDetails)) return { body: file.body, missing: [] }
  const missing: string[] = []
  const place = `${file.source}: imageDetails`
  const resolved = await resolve(imageDetails, { keys: ofService, place, missing }, images)
  return { body: { ...file.body, imageDetails: resolved }, missing }
}

async function resolve(
  holder: JsonObject,
  { keys, place, missing }: { readonly keys: Keys; readonly place: string; readonly missing: string[] },
  { session, upcomingImages }: Images,
): Promise<JsonObject> {
  const { [keys.name]: name, [keys.version]: version, ...rest } = holder
  if (name === undefined || Object.hasOwn(rest, keys.id)) return rest
  if (typeof name !== 'string') throw usageError(`${place}.${keys.name} must be the name of an image.`)
  const client = await session.client()
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
