import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a running server says about itself in `postmaster.pid` of its cluster. */
export interface PostmasterFile {
  readonly pid: number
  /** Null while the server is not yet that far. */
  readonly port: number | null
  readonly ready: boolean
}

/** Null when there is none. */
export async function readPostmasterFile(cluster: string): Promise<PostmasterFile | null> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => null)
  return text === null ? null : parsePostmasterFile(text)
}

export function parsePostmasterFile(text: string): PostmasterFile | null {
  const lines = text.split('\n')
  const pid = Number(lines[0])
  if (!Number.isInteger(pid) || pid <= 0) return null
  const port = Number(lines[3])
  return { pid, port: Number.isInteger(port) && port > 0 ? port : null, ready: lines[7]?.trim() === 'ready' }
}
