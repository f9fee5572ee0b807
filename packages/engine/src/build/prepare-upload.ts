import { inspectZip, readZipFile, type ZipReport, zipToTar } from '@cairn/archive'
import { CairnError } from '@cairn/contract'
import { type BuildPaths, placeInContext } from '@cairn/domain'
import type { ObjectStore } from '@cairn/store'
import type { BuildSettings } from './build-settings.ts'
import {
  type BuildSource,
  maxDockerfileBytes,
  prepareDockerfile,
  type Preparation,
  refused,
  withDockerfile,
} from './prepared-context.ts'

export interface UploadParts {
  readonly objectStore: ObjectStore
  readonly settings: Pick<BuildSettings, 'archiveLimits'>
}

export const lostUpload = 'the uploaded artifact is no longer there; upload it again'

export interface UploadWork {
  readonly build: BuildSource
  readonly paths: BuildPaths
  readonly signal: AbortSignal
}

/** The build context of an uploaded zip, or of a stored artifact's. */
export async function prepareUpload(parts: UploadParts, work: UploadWork): Promise<Preparation> {
  const { build } = work
  const archive = build.contextSha256 === null ? null : await parts.objectStore.materialise(build.contextSha256)
  if (archive === null) return refused(lostUpload)
  try {
    const preparation = await prepareArchive(parts, archive, work)
    if (preparation.kind === 'refused') await archive.release()
    return preparation
  } catch (error) {
    await archive.release()
    if (error instanceof CairnError && error.code === 'invalid_archive') return refused(error.message)
    throw error
  }
}

async function prepareArchive(
  parts: UploadParts,
  archive: { readonly path: string; readonly release: () => Promise<void> },
  { build, paths, signal }: UploadWork,
): Promise<Preparation> {
  const limits = parts.settings.archiveLimits
  const report = await inspectZip(archive.path, limits, { signal })
  const missing = describeMissing(report, paths)
  if (missing !== null) return refused(missing)
  const wanted = { path: paths.dockerfile, maxBytes: maxDockerfileBytes }
  const dockerfile = await readZipFile(archive.path, wanted, limits, { signal })
  if (dockerfile.kind !== 'content') return refused(`${paths.dockerfile} is larger than ${maxDockerfileBytes} bytes`)
  const { text, isChanged, ...ready } = prepareDockerfile(build, dockerfile.bytes.toString('utf8'))
  const tar = zipToTar(archive.path, limits, { signal, place: (file) => placeInContext(paths, file) })
  const dockerfilePath = paths.dockerfileInTar
  const context = withDockerfile(tar, dockerfilePath, { text, isChanged }, signal)
  const { release } = archive
  return {
    kind: 'prepared',
    prepared: { context, directory: null, dockerfilePath, ...ready, commit: null, release },
  }
}

export function describeMissing(report: ZipReport, paths: BuildPaths): string | null {
  const { context, dockerfile } = paths
  const hasContext =
    context === '' || report.entries.some(({ path }) => path === context || path.startsWith(`${context}/`))
  if (!hasContext) return `the artifact has no directory ${JSON.stringify(context)} (buildDetails.context)`
  const hasDockerfile = report.entries.some(({ path, kind }) => kind === 'file' && path === dockerfile)
  return hasDockerfile ? null : `the artifact has no file ${JSON.stringify(dockerfile)} (buildDetails.dockerfilePath)`
}
