/**
 * A driver whose engine is given the images that it lacks: what is not there is pulled from the registry that the build was
 * pushed to, by digest, then the call is made again. Of several calls that lack the same image one pulls. What comes is
 * taken only when it has the content id that was asked for.
 */
import type { Logger } from '@cairn/domain'
import { type Call, DriverError, type EngineDriver } from '@cairn/driver'
import { type Database, findPushedImage, findPushedTag, type PulledImage } from '@cairn/store'
import { accessTo, type RegistrySettings } from './registry-settings.ts'

export interface PullParts {
  readonly driver: EngineDriver
  readonly database: Database
  readonly registry: RegistrySettings
  readonly logger: Logger
}

type PullVerbs = Pick<EngineDriver, 'inspectImage' | 'pullImage'>

/** Most milliseconds of one pull, whoever waits for it. */
const patienceMs = 30 * 60_000

export function createPullingDriver(parts: PullParts): EngineDriver {
  const { driver } = parts
  const pulls = new Map<string, Promise<boolean>>()

  function pullOnce(image: string): Promise<boolean> {
    const known = pulls.get(image)
    if (known !== undefined) return known
    const begun = pullById(parts, image).finally(() => pulls.delete(image))
    pulls.set(image, begun)
    return begun
  }

  async function withImage<T>(image: string, call: Call, work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (!(error instanceof DriverError) || error.code !== 'image_not_found') throw error
      if (!(await unlessAborted(pullOnce(image), call))) throw error
      return work()
    }
  }

  return {
    ...driver,
    inspectImage: async (reference, call) => {
      const found = await driver.inspectImage(reference, call)
      if (found !== null || !reference.startsWith('sha256:')) return found
      return (await unlessAborted(pullOnce(reference), call)) ? driver.inspectImage(reference, call) : null
    },
    prepare: (spec, call) => withImage(spec.image, call, () => driver.prepare(spec, call)),
    ensure: (spec, call) => withImage(spec.image, call, () => driver.ensure(spec, call)),
  }
}

export interface NamedPullParts {
  readonly driver: PullVerbs
  readonly database: Database
  /** null = there is none, and nothing is pulled. */
  readonly registry: RegistrySettings | null
}

/**
 * Sees to it that images of the tenant that a build names by their tags are on the engine. Answers those that were pulled;
 * what was pushed nowhere is left to the builder to miss.
 */
export async function pullNamedImages(
  { driver, database, registry }: NamedPullParts,
  { tenantId, imageTags }: { readonly tenantId: string; readonly imageTags: readonly string[] },
  call: Call,
): Promise<readonly string[]> {
  if (registry === null) return []
  const pulled: string[] = []
  for (const tag of imageTags) {
    if ((await driver.inspectImage(tag, call)) !== null) continue
    const image = await findPushedTag(database.db, tenantId, tag)
    if (image === null) continue
    await pull(driver, registry, image, call)
    pulled.push(tag)
  }
  return pulled
}

/** False = the image was pushed nowhere. */
async function pullById(parts: PullParts, engineImageId: string): Promise<boolean> {
  const image = await findPushedImage(parts.database.db, engineImageId)
  if (image === null) return false
  parts.logger.info({ ...image }, 'the engine lacks an image; it is pulled')
  await pull(parts.driver, parts.registry, image, { signal: AbortSignal.timeout(patienceMs) })
  return true
}

async function pull(driver: PullVerbs, registry: RegistrySettings, image: PulledImage, call: Call): Promise<void> {
  const { repository, digest, engineTag: as, engineImageId } = image
  await driver.pullImage({ repository, digest, as, access: accessTo(registry, repository) }, call)
  const pulled = await driver.inspectImage(as, call)
  if (pulled?.id === engineImageId) return
  const got = `what ${repository}@${digest} gave is ${pulled?.id ?? 'gone'} on this engine, not ${engineImageId}`
  throw new DriverError(
    'image_not_found',
    `${got}: it names images otherwise than the one that built them; build again`,
  )
}

/** The pull goes on for others. */
async function unlessAborted<T>(work: Promise<T>, { signal }: Call): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const abort = (): void => reject(new DriverError('timeout', 'the caller stopped waiting for a pull'))
  signal.addEventListener('abort', abort)
  try {
    if (signal.aborted) abort()
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
