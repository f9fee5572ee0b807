import { access, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { engineRequest } from './engine-request.ts'
import { importImage, type ImageName, pullImage } from './image-transfer.ts'
import { canInstallPackages, installPackages } from './install-packages.ts'
import { findProgram, isRoot, runCommand } from './run-command.ts'

export interface EnsureBaseImageOptions {
  readonly dockerHost: string
  /** Where a base that had to be made is kept, e.g. `.cairn`; absolute. */
  readonly stateDirectory: string
  readonly say: (line: string) => void
}

/** In full, because Podman files a short name under localhost/ and then does not find it for `FROM debian`. */
const image: ImageName = { repository: 'docker.io/library/debian', tag: 'bookworm-slim' }
const reference = `${image.repository}:${image.tag}`

/** As the published slim image has it: no documentation but the copyright files, no translations. */
const leftOut = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/info/*', '/usr/share/locale/*']

/**
 * Sees to it that `debian:bookworm-slim` is on the engine: it is already, or a base made earlier is imported, or a
 * registry gives it, or (as root on Debian or Ubuntu) it is made from Debian's packages with `mmdebstrap`. Idempotent.
 */
export async function ensureBaseImage(options: EnsureBaseImageOptions): Promise<void> {
  const { dockerHost, say } = options
  const present = await engineRequest(dockerHost, 'GET', `/images/${reference}/json`)
  if (present.status === 200) return
  const tarFile = join(options.stateDirectory, 'base', 'debian-bookworm-slim.tar')
  if (!(await exists(tarFile))) {
    say(`pulling ${reference}`)
    const failure = await pullImage(dockerHost, image)
    if (failure === null) return
    say(`no registry has it for us (${failure}); making it from Debian's packages`)
    await makeBase(tarFile, failure, say)
  }
  say(`importing ${reference}`)
  await importImage(dockerHost, image, tarFile)
}

async function makeBase(tarFile: string, pullFailure: string, say: (line: string) => void): Promise<void> {
  const hasProgram = (await findProgram('mmdebstrap')) !== null
  if (!isRoot() || !(hasProgram || (await canInstallPackages()))) {
    throw new Error(
      `${reference} could not be pulled (${pullFailure}) and cannot be made here. Do one of: give the engine access to ` +
        'a registry; load the image with "docker load"; or run this as root on Debian or Ubuntu, which makes it',
    )
  }
  if (!hasProgram) await installPackages(['mmdebstrap', 'debian-archive-keyring'], say)
  await mkdir(join(tarFile, '..'), { recursive: true })
  const partial = `${tarFile}.partial.tar`
  try {
    const options = [
      ...leftOut.map((path) => `--dpkgopt=path-exclude=${path}`),
      '--dpkgopt=path-include=/usr/share/doc/*/copyright',
    ]
    await runCommand('mmdebstrap', ['--variant=minbase', ...options, 'bookworm', partial])
    await rename(partial, tarFile)
  } finally {
    await rm(partial, { force: true })
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
