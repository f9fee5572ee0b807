import { createHash } from 'node:crypto'
import type { ZippedFolder } from '@cairn/sdk/node'
import type { Session } from '../session/session.ts'
import { type ArtifactFolder, packFolder } from '../session/upload-folder.ts'

export interface PackedFolder {
  readonly zip: ZippedFolder
  /** Lower-case hex, as the server tells it: the same files give the same zip. */
  readonly sha256: string
}

/** Null = no folder is named. */
export async function packedFolder(session: Session, folder: ArtifactFolder | null): Promise<PackedFolder | null> {
  if (folder === null) return null
  const zip = await packFolder(session, folder)
  const hash = createHash('sha256')
  for await (const chunk of zip.stream()) hash.update(chunk)
  return { zip, sha256: hash.digest('hex') }
}
