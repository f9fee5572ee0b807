/**
 * What is in the images of versions: layers, and a list of packages from the image's own databases.
 *
 * Always true: nothing of an image is run; what is read of it is bounded in time, files and bytes, and a list that was cut
 * says so. The list's bytes are durable before the row names them. A version is described once for each image that it was
 * built as; an image that cannot be read is described so, with the reason, and not tried for ever.
 */
import {
  type CrashPoints,
  countPackages,
  cycloneDx,
  distinctPackages,
  type ImagePackage,
  type Logger,
  type OperatingSystem,
  readOperatingSystem,
  readPackages,
  wantedOfImage,
} from '@cairn/domain'
import { DriverError, type EngineDriver } from '@cairn/driver'
import {
  type Database,
  describeVersionContents,
  insertStoredObject,
  lockImageForPass,
  lockStoredObject,
  type ObjectStore,
  type UndescribedVersion,
  type VersionContents,
} from '@cairn/store'
import type { ReconcileContext } from '../reconcile/reconciler.ts'

export interface DescriptionParts {
  readonly database: Database
  readonly driver: Pick<EngineDriver, 'imageFiles' | 'inspectImage'>
  readonly objectStore: ObjectStore
  readonly logger: Logger
  readonly crashPoints: CrashPoints
}

/** Most milliseconds of reading in one image. */
const patienceMs = 180_000
const maxPackages = 100_000
const maxListBytes = 256 * 1024 * 1024
/** Passes in a row that may fail before the version is left without a list. */
const mostFailures = 5

interface Image {
  readonly id: number
  readonly name: string
}

export async function describeVersion(
  parts: DescriptionParts,
  image: Image,
  version: UndescribedVersion,
  context: ReconcileContext & { readonly failures: number },
): Promise<void> {
  const contents = await readContents(parts, image, version, context)
  parts.crashPoints.reach('image.read')
  const isDescribed = await parts.database.transaction(async (tx) => {
    if (contents.stored !== null) {
      await lockStoredObject(tx, contents.stored.sha256)
      await insertStoredObject(tx, contents.stored)
    }
    if (!(await lockImageForPass(tx, image.id))) return false
    await context.holdLease(tx)
    return describeVersionContents(tx, version, contents)
  })
  parts.crashPoints.reach('image.described')
  const { packages, incomplete } = contents.summary
  if (isDescribed)
    parts.logger.info({ imageId: image.id, versionId: version.id, packages, incomplete }, 'image described')
}

interface ReadContents extends VersionContents {
  readonly stored: { readonly sha256: string; readonly sizeBytes: number } | null
}

async function readContents(
  parts: DescriptionParts,
  image: Image,
  version: UndescribedVersion,
  context: { readonly signal: AbortSignal; readonly failures: number },
): Promise<ReadContents> {
  const { engineImageId } = version
  try {
    const details = await parts.driver.inspectImage(engineImageId, context)
    if (details === null) return undescribed('the image is not on the container engine')
    const found = await readFiles(parts, engineImageId, context.signal)
    const packages = distinctPackages(found.packages)
    const subject = { imageName: image.name, version: version.version, engineImageId }
    const list = cycloneDx(subject, { ...found, packages })
    const stored = await parts.objectStore.put(piece(JSON.stringify(list)), { maxBytes: maxListBytes })
    const summary = { packages: countPackages(packages), incomplete: found.incomplete }
    if (stored.kind === 'too_large')
      return { ...undescribed('the list of packages is too large'), layers: details.layers }
    return { layers: details.layers, sbomSha256: stored.sha256, summary, stored }
  } catch (error) {
    context.signal.throwIfAborted()
    if (!(error instanceof DriverError) || !isFinal(error, context.failures)) throw error
    return undescribed(`the container engine did not give its files: ${error.message}`)
  }
}

/** An engine that is away is waited for. */
function isFinal(error: DriverError, failures: number): boolean {
  if (!error.retryable) return true
  return error.code !== 'unavailable' && failures + 1 >= mostFailures
}

function undescribed(reason: string): ReadContents {
  return { layers: [], sbomSha256: null, summary: { packages: {}, incomplete: reason }, stored: null }
}

interface Found {
  readonly packages: readonly ImagePackage[]
  readonly operatingSystem: OperatingSystem | null
  readonly incomplete: string | null
}

async function readFiles({ driver }: DescriptionParts, engineImageId: string, signal: AbortSignal): Promise<Found> {
  const packages: ImagePackage[] = []
  let operatingSystem: OperatingSystem | null = null
  let incomplete: string | null = null
  const deadline = AbortSignal.timeout(patienceMs)
  try {
    const call = { signal: AbortSignal.any([signal, deadline]) }
    for await (const { path, bytes } of driver.imageFiles(engineImageId, wantedOfImage, call)) {
      if (bytes === null) {
        incomplete ??= `${path} is too large`
        continue
      }
      const text = Buffer.from(bytes).toString('utf8')
      operatingSystem ??= readOperatingSystem(path, text)
      packages.push(...readPackages(path, text).slice(0, maxPackages - packages.length))
      if (packages.length >= maxPackages) {
        incomplete = `it has more than ${maxPackages} packages`
        break
      }
    }
  } catch (error) {
    if (!deadline.aborted || signal.aborted) throw error
    incomplete = `reading the image took more than ${patienceMs / 1000} s`
  }
  return { packages, operatingSystem, incomplete }
}

async function* piece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text)
}
