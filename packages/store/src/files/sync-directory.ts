import { open } from 'node:fs/promises'

/** Names in a directory are on disk once it has been synced itself. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path)
  try {
    await directory.sync()
  } finally {
    await directory.close()
  }
}
