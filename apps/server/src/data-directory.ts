import { randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where things lie in the data directory. */
export interface DataDirectory {
  readonly postgres: string
  readonly objects: string
  readonly temporary: string
  /** Signs download links; the same after each start. */
  readonly linkKey: Buffer
}

/**
 * Makes the directory and what it needs. It stays open to other users, because the embedded database runs as one of its
 * own; everything in it is closed.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const temporary = join(path, 'temporary')
  const keys = join(path, 'keys')
  await mkdir(path, { recursive: true })
  await mkdir(temporary, { recursive: true, mode: 0o700 })
  await mkdir(keys, { recursive: true, mode: 0o700 })
  return {
    postgres: join(path, 'postgres'),
    objects: join(path, 'objects'),
    temporary,
    linkKey: await readOrMakeKey(join(keys, 'links')),
  }
}

const keyBytes = 32

async function readOrMakeKey(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(randomBytes(keyBytes))
      await file.sync()
    } finally {
      await file.close()
    }
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  const key = await readFile(path)
  if (key.length !== keyBytes) throw new Error(`${path} is damaged: remove it, and links that were handed out end`)
  return key
}
