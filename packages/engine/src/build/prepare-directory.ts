import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { inspectZip, unpackTar, zipToTar } from '@cairn/archive'
import { CairnError } from '@cairn/contract'
import { isDiskFull, placeInContext } from '@cairn/domain'
import type { ContextDirectories, ContextDirectory } from './context-directories.ts'
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
    return await describeHeld(held, work)
  } catch (error) {
    if (isDiskFull(error)) return refused('the disk of the server is full: the build context could not be unpacked')
    if (error instanceof CairnError && error.code === 'invalid_archive') return refused(error.message)
    throw error
  }
}

/** What is not prepared in the end is not held either. */
async function describeHeld(held: ContextDirectory, work: UploadWork): Promise<Preparation> {
  let preparation: Preparation | null = null
  try {
    preparation = await describe(held, work)
    return preparation
  } finally {
    if (preparation?.kind !== 'prepared') held.release()
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

async function describe(held: ContextDirectory, { build, paths }: UploadWork): Promise<Preparation> {
  const { path } = held
  const file = join(path, paths.dockerfileInTar)
  if ((await stat(file)).size > maxDockerfileBytes) {
    return refused(`${paths.dockerfile} is larger than ${maxDockerfileBytes} bytes`)
  }
  const { text, ...ready } = prepareDockerfile(build, await readFile(file, 'utf8'))
  return {
    kind: 'prepared',
    prepared: {
      context: neverRead(),
      directory: { path, dockerfile: text },
      dockerfilePath: paths.dockerfileInTar,
      ...ready,
      commit: null,
      release: async () => held.release(),
    },
  }
}

async function* neverRead(): AsyncGenerator<Uint8Array> {
  yield* []
  throw new Error('this context is a directory')
}
