import { insertArtifact, insertArtifactVersion, type StoredArchive } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation, Upload } from '../../operation.ts'
import { notFound, refusedField } from '../../refusals.ts'
import { inspectUpload, keepUpload } from '../archive.ts'

export const createArtifact: Operation<'createArtifact'> = async (context, { caller, body, upload, signal }) => {
  const archive = await readArchive(context, upload, signal)
  const id = await context.database.transaction(async (tx) => {
    await keepUpload(context, tx, archive)
    return insertArtifact(tx, {
      tenantId: caller.tenantId,
      name: body.name,
      description: describedAs(body.description),
      createdBy: caller.userEmail,
      archive,
    })
  })
  return { id, version: 1 }
}

export const createArtifactVersion: Operation<'createArtifactVersion'> = async (context, call) => {
  const { caller, params, upload, signal } = call
  const archive = await readArchive(context, upload, signal)
  const version = await context.database.transaction(async (tx) => {
    await keepUpload(context, tx, archive)
    return insertArtifactVersion(tx, {
      tenantId: caller.tenantId,
      artifactId: params.artifactId,
      createdBy: caller.userEmail,
      archive,
    })
  })
  if (version === null) throw notFound('artifact', params.artifactId)
  return { version }
}

async function readArchive(context: ApiContext, upload: Upload | null, signal: AbortSignal): Promise<StoredArchive> {
  if (upload === null) throw refusedField('invalid_request', 'artifact', 'send the zip as a file part of this name')
  const { entryCount } = await inspectUpload(context, upload, signal)
  return { ...upload, entryCount }
}

/** Clients of the reference send the text `null` for no description. */
export function describedAs(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text
}
