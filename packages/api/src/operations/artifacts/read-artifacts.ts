import {
  type ArtifactVersionRecord,
  findArtifact,
  findArtifactVersion,
  listArtifacts as list,
  listArtifactVersions,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { BinaryAnswer, Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listArtifacts: Operation<'listArtifacts'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, request)
  return {
    artifacts: page.items.map((artifact) => ({ ...artifact, createdAt: artifact.createdAt.toISOString() })),
    artifactCount: page.total,
    ...pageKeysOf(page, request),
  }
}

export const describeArtifact: Operation<'describeArtifact'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const request = pageRequestOf(query)
  const artifact = await findArtifact(db, caller.tenantId, params.artifactId)
  if (artifact === null) throw notFound('artifact', params.artifactId)
  const page = await listArtifactVersions(db, caller.tenantId, artifact.id, request)
  return {
    ...artifact,
    createdAt: artifact.createdAt.toISOString(),
    versions: page.items.map(describeVersion),
    versionCount: page.total,
    ...pageKeysOf(page, request),
  }
}

function describeVersion({ version, createdAt, createdBy, sizeBytes, sha256 }: ArtifactVersionRecord) {
  return { version, createdAt: createdAt.toISOString(), createdBy, sizeBytes, sha256 }
}

export const downloadArtifact: Operation<'downloadArtifact'> = (context, { caller, params }) =>
  download(context, caller.tenantId, params.artifactId, null)

export const downloadArtifactVersion: Operation<'downloadArtifactVersion'> = (context, { caller, params }) =>
  download(context, caller.tenantId, params.artifactId, params.version)

async function download(
  context: ApiContext,
  tenantId: string,
  artifactId: string,
  version: number | null,
): Promise<BinaryAnswer> {
  const found = await findArtifactVersion(context.database.db, tenantId, artifactId, version)
  if (found === null) {
    throw notFound('artifact', version === null ? artifactId : `${artifactId}, version ${version},`)
  }
  const content = await context.objectStore.open(found.sha256)
  if (content === null) throw new Error(`object ${found.sha256} of artifact ${artifactId} is missing`)
  return { content, sizeBytes: found.sizeBytes, fileName: 'artifact.zip' }
}
