import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncDirectory } from '@cairn/store'

/** Where things lie in the data directory. */
export interface DataDirectory {
  readonly postgres: string
  readonly objects: string
  readonly temporary: string
  /** Signs download links; the same after each start. */
  readonly linkKey: Buffer
  /** Where the keys of secrets are unless a setting says otherwise. */
  readonly secretKeyFile: string
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
    secretKeyFile: join(keys, 'secrets'),
  }
}

const keyBytes = 32

/** Writes a file that only its owner reads, whole and durably. One that is there already stays as it is. */
export async function writeNewFile(path: string, content: string | Buffer): Promise<void> {
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(draft, content, { flag: 'wx', mode: 0o600, flush: true })
    await link(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    await rm(draft, { force: true })
  }
  await syncDirectory(dirname(path))
}

async function readOrMakeKey(path: string): Promise<Buffer> {
  await writeNewFile(path, randomBytes(keyBytes))
  const key = await readFile(path)
  if (key.length !== keyBytes) throw new Error(`${path} is damaged: remove it, and links that were handed out end`)
  return key
}
