import { checkBody } from '../commands/shared/request-body.ts'
import { usageError } from '../errors/cli-error.ts'
import { uploadOptions } from '../session/upload-folder.ts'
import { differencesOf } from './differences.ts'
import type { Document } from './document.ts'
import { named } from './or-null.ts'
import { packedFolder } from './packed-folder.ts'
import type { Planned, Planning } from './planned.ts'

/** Another folder content makes a version, another description is changed in place. Without a folder the content stays. */
export async function planArtifact(document: Document, { client, session }: Planning): Promise<Planned> {
  const { name, source } = document
  const body = await checkBody('createArtifact', document.body, source, session)
  const packed = await packedFolder(session, document.artifact)
  const planned = { kind: 'artifact', name, source, consequences: [] } as const
  const upload = uploadOptions(session)
  const current = await named(client.artifacts.listArtifacts({ pageSize: 100 }), name)
  if (current === null) {
    if (packed === null) throw usageError(`${source}: artifact.path is missing: it names the folder to upload.`)
    const carryOut = () => client.artifacts.createArtifact(body, packed.zip, upload)
    return { ...planned, action: 'create', differences: [], carryOut }
  }
  const { description } = body
  const differences = [
    ...(packed === null
      ? []
      : differencesOf({ content: current.latestVersion?.sha256 }, { content: packed.sha256 }, { whole: [] })),
    ...(description === undefined
      ? []
      : differencesOf({ description: current.description }, { description }, { whole: [] })),
  ]
  if (differences.length === 0) return { ...planned, action: 'none', differences, carryOut: null }
  const carryOut = async (): Promise<object> => {
    const { scan, validate } = body
    const fields = { ...(scan !== undefined && { scan }), ...(validate !== undefined && { validate }) }
    const version =
      packed === null || current.latestVersion?.sha256 === packed.sha256
        ? {}
        : await client.artifacts.createArtifactVersion(current.id, packed.zip, { ...upload, fields })
    if (description !== undefined && description !== current.description) {
      await client.artifacts.updateArtifact(current.id, { description })
    }
    return { id: current.id, ...version }
  }
  return { ...planned, action: 'update', differences, carryOut }
}
