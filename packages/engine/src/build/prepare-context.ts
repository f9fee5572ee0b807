import { fileToTar, inspectZip, readZipFile, type ZipReport, zipToTar } from '@cairn/archive'
import { CairnError } from '@cairn/contract'
import { type BuildPaths, declaredArguments, placeInContext, resolveBuildPaths } from '@cairn/domain'
import type { BuildToRun, ObjectStore } from '@cairn/store'
import type { BuildSettings } from './build-settings.ts'

/** What a builder is given, from what the user gave. */
export interface PreparedContext {
  readonly context: AsyncIterable<Uint8Array>
  readonly dockerfilePath: string
  readonly buildArguments: Readonly<Record<string, string>>
  /** Call when the builder has ended, however it did. */
  release(): Promise<void>
}

export type Preparation =
  | { readonly kind: 'prepared'; readonly prepared: PreparedContext }
  /** The user's fault; the reason says what to change. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface PreparationParts {
  readonly objectStore: ObjectStore
  readonly settings: Pick<BuildSettings, 'archiveLimits'>
}

type BuildSource = Pick<BuildToRun, 'details' | 'contextSha256'>

const maxDockerfileBytes = 1024 * 1024
/** Id of the user that images which ask for one (`ARG PEAK_USER_ID`) create and run as: no system user has it, and it is not root. */
const userId = '10001'

/**
 * Checks the whole archive before a builder sees a byte of it.
 *
 * @throws what the object store throws, and the signal's reason
 */
export async function prepareContext(
  parts: PreparationParts,
  build: BuildSource,
  signal: AbortSignal,
): Promise<Preparation> {
  const { source = 'upload', dockerfile, secrets = [] } = build.details
  if (secrets.length > 0) return refused('buildDetails.secrets: this version of Cairn builds without secrets')
  switch (source) {
    case 'upload':
      return prepareUpload(parts, build, signal)
    case 'dockerfile':
      return dockerfile === undefined || dockerfile.trim() === ''
        ? refused('buildDetails.dockerfile: must hold the text of a Dockerfile')
        : prepareText(dockerfile, build)
    case 'github':
      return refused('buildDetails.source: this version of Cairn does not build from github; upload the directory')
    default:
      return refused(`buildDetails.source: ${String(source satisfies never)} is not known`)
  }
}

function prepareText(dockerfile: string, build: BuildSource): Preparation {
  const prepared: PreparedContext = {
    context: fileToTar('Dockerfile', Buffer.from(dockerfile)),
    dockerfilePath: 'Dockerfile',
    buildArguments: buildArguments(build, dockerfile),
    release: () => Promise.resolve(),
  }
  return { kind: 'prepared', prepared }
}

async function prepareUpload(parts: PreparationParts, build: BuildSource, signal: AbortSignal): Promise<Preparation> {
  const resolved = resolveBuildPaths(build.details)
  if (resolved.kind === 'invalid')
    return refused(resolved.errors.map(({ field, rule }) => `${field}: ${rule}`).join('; '))
  const archive = build.contextSha256 === null ? null : await parts.objectStore.materialise(build.contextSha256)
  if (archive === null) return refused('the uploaded artifact is no longer there; upload it again')
  try {
    const preparation = await prepareArchive(archive, { parts, build, paths: resolved.paths, signal })
    if (preparation.kind === 'refused') await archive.release()
    return preparation
  } catch (error) {
    await archive.release()
    if (error instanceof CairnError && error.code === 'invalid_archive') return refused(error.message)
    throw error
  }
}

interface ArchiveWork {
  readonly parts: PreparationParts
  readonly build: BuildSource
  readonly paths: BuildPaths
  readonly signal: AbortSignal
}

async function prepareArchive(
  archive: { readonly path: string; readonly release: () => Promise<void> },
  { parts, build, paths, signal }: ArchiveWork,
): Promise<Preparation> {
  const limits = parts.settings.archiveLimits
  const report = await inspectZip(archive.path, limits, { signal })
  const missing = describeMissing(report, paths)
  if (missing !== null) return refused(missing)
  const wanted = { path: paths.dockerfile, maxBytes: maxDockerfileBytes }
  const dockerfile = await readZipFile(archive.path, wanted, limits, { signal })
  if (dockerfile.kind !== 'content') return refused(`${paths.dockerfile} is larger than ${maxDockerfileBytes} bytes`)
  const prepared: PreparedContext = {
    context: zipToTar(archive.path, limits, { signal, place: (file) => placeInContext(paths, file) }),
    dockerfilePath: paths.dockerfileInTar,
    buildArguments: buildArguments(build, dockerfile.bytes.toString('utf8')),
    release: archive.release,
  }
  return { kind: 'prepared', prepared }
}

function describeMissing(report: ZipReport, paths: BuildPaths): string | null {
  const { context, dockerfile } = paths
  const hasContext =
    context === '' || report.entries.some(({ path }) => path === context || path.startsWith(`${context}/`))
  if (!hasContext) return `the artifact has no directory ${JSON.stringify(context)} (buildDetails.context)`
  const hasDockerfile = report.entries.some(({ path, kind }) => kind === 'file' && path === dockerfile)
  return hasDockerfile ? null : `the artifact has no file ${JSON.stringify(dockerfile)} (buildDetails.dockerfilePath)`
}

function buildArguments(build: BuildSource, dockerfile: string): Record<string, string> {
  const given = (build.details.buildArguments ?? []).map(({ name, value }) => [name, value] as const)
  const supplied = declaredArguments(dockerfile).has('PEAK_USER_ID') ? { PEAK_USER_ID: userId } : {}
  return { ...supplied, ...Object.fromEntries(given) }
}

function refused(reason: string): Preparation {
  return { kind: 'refused', reason }
}
