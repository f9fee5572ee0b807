import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectZip, unpackTar, zipToTar } from '@cairn/archive'
import { CairnError } from '@cairn/contract'
import { placeInContext } from '@cairn/domain'
import { type ContextDirectories, isDiskFull } from './context-directories.ts'
import { describeMissing, lostUpload, type UploadParts, type UploadWork } from './prepare-upload.ts'
import { maxDockerfileBytes, prepareDockerfile, type Preparation, refused } from './prepared-context.ts'

export interface DirectoryParts extends UploadParts {
  readonly contexts: ContextDirectories
}

/** As `prepareUpload`, unpacked: the next build of the same content, of whatever image, finds it unpacked. */
export async function prepareDirectory(parts: DirectoryParts, work: UploadWork): Promise<Preparation> {
  const { build, paths } = work
  const { contextSha256: sha256 } = build
  if (sha256 === null) return refused(lostUpload)
  try {
    const content = [sha256, paths.context, paths.dockerfile]
    const held = await parts.contexts.hold(content, (directory) => unpack(parts, sha256, directory, work))
    const preparation = await describe(held.path, work)
    if (preparation.kind === 'refused') held.release()
    if (preparation.kind === 'refused') return preparation
    const release = async (): Promise<void> => held.release()
    return { kind: 'prepared', prepared: { ...preparation.prepared, release } }
  } catch (error) {
    if (isDiskFull(error)) return refused('the disk of the server is full: the build context could not be unpacked')
    if (error instanceof CairnError && error.code === 'invalid_archive') return refused(error.message)
    throw error
  }
}

async function unpack(
  { objectStore, settings: { archiveLimits } }: DirectoryParts,
  sha256: string,
  directory: string,
  { paths, signal }: UploadWork,
): Promise<number> {
  const archive = await objectStore.materialise(sha256)
  if (archive === null) throw new CairnError('invalid_archive', lostUpload)
  try {
    const missing = describeMissing(await inspectZip(archive.path, archiveLimits, { signal }), paths)
    if (missing !== null) throw new CairnError('invalid_archive', missing)
    const place = (file: string): string | null => placeInContext(paths, file)
    return await unpackTar(zipToTar(archive.path, archiveLimits, { signal, place }), directory, signal)
  } finally {
    await archive.release()
  }
}

async function describe(path: string, { build, paths }: UploadWork): Promise<Preparation> {
  const file = join(path, paths.dockerfileInTar)
  if ((await stat(file)).size > maxDockerfileBytes) {
    return refused(`${paths.dockerfile} is larger than ${maxDockerfileBytes} bytes`)
  }
  const { text, buildArguments, notes } = prepareDockerfile(build, await readFile(file, 'utf8'))
  return {
    kind: 'prepared',
    prepared: {
      context: neverRead(),
      directory: { path, dockerfile: text },
      dockerfilePath: paths.dockerfileInTar,
      buildArguments,
      notes,
      commit: null,
      release: () => Promise.resolve(),
    },
  }
}

async function* neverRead(): AsyncGenerator<Uint8Array> {
  yield* []
  throw new Error('this context is a directory')
}
