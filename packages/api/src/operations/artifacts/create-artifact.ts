import { createZipScan } from '@cairn/archive'
import type { CreateArtifactVersionFields } from '@cairn/contract'
import { validateArtifact } from '@cairn/domain'
import { findArtifact, insertArtifact, insertArtifactVersion, type StoredArchive } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation, Upload } from '../../operation.ts'
import { notFound, refusedField } from '../../refusals.ts'
import { inspectUpload, keepUpload, scanUpload } from '../archive.ts'

export const createArtifact: Operation<'createArtifact'> = async (context, { caller, body, upload, signal }) => {
  const source = describedAs(body.source)
  const archive = await readArchive(context, upload, { ...body, source }, signal)
  const id = await context.database.transaction(async (tx) => {
    await keepUpload(context, tx, archive)
    return insertArtifact(tx, {
      tenantId: caller.tenantId,
      name: body.name,
      description: describedAs(body.description),
      source,
      createdBy: caller.userEmail,
      archive,
    })
  })
  return { id, version: 1 }
}

export const createArtifactVersion: Operation<'createArtifactVersion'> = async (context, call) => {
  const { caller, params, body, upload, signal } = call
  const artifact = await findArtifact(context.database.db, caller.tenantId, params.artifactId)
  if (artifact === null) throw notFound('artifact', params.artifactId)
  const archive = await readArchive(context, upload, { ...body, source: artifact.source }, signal)
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

interface AskedChecks extends CreateArtifactVersionFields {
  readonly source: string | null
}

async function readArchive(
  context: ApiContext,
  upload: Upload | null,
  asked: AskedChecks,
  signal: AbortSignal,
): Promise<StoredArchive> {
  if (upload === null) throw refusedField('invalid_request', 'artifact', 'send the zip as a file part of this name')
  const scan = asked.scan === true ? createZipScan() : null
  const { entries, entryCount } =
    scan === null ? await inspectUpload(context, upload, signal) : await scanUpload(context, upload, { signal, scan })
  const files = entries.filter(({ kind }) => kind === 'file')
  return {
    ...upload,
    entryCount,
    scan: scan?.report() ?? null,
    validation: asked.validate === true ? validateArtifact(asked.source, { files, sizeBytes: upload.sizeBytes }) : null,
  }
}

/** Clients of the reference send the text `null` for nothing. */
export function describedAs(text: string | undefined): string | null {
  return text === undefined || text === 'null' ? null : text
}
