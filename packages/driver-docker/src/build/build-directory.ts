/** Directories that live as long as one build. One that a killed process left is removed by the next build. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const named = /^build-(\d+)-/

/** Made for this process, mode 0700. The caller removes it. */
export async function makeBuildDirectory(parent: string): Promise<string> {
  await mkdir(parent, { recursive: true })
  const [made] = await Promise.all([mkdtemp(join(parent, `build-${process.pid}-`)), removeForsaken(parent)])
  return made
}

async function removeForsaken(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(named.exec(name)?.[1] ?? process.pid)
    if (!isAlive(pid)) await rm(join(parent, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
