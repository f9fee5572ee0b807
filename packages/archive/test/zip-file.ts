import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A directory of its own for one test file's archives. */
export async function createArchiveDirectory(): Promise<{
  write(bytes: Uint8Array): Promise<string>
  remove(): Promise<void>
}> {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-archive-'))
  let count = 0
  return {
    async write(bytes) {
      count += 1
      const path = join(directory, `${count}.zip`)
      await writeFile(path, bytes)
      return path
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  }
}

export const neverAborted: { readonly signal: AbortSignal } = { signal: new AbortController().signal }
