import type { ArtifactScan, ArtifactUse, ArtifactValidation } from '@cairn/contract'
import {
  type ArtifactVersionRecord,
  type CheckedArtifactVersion,
  findArtifact,
  findArtifactVersion,
  listArtifacts as list,
  listArtifactUses,
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
    artifacts: page.items.map(({ latestVersion, ...artifact }) => ({
      ...artifact,
      createdAt: artifact.createdAt.toISOString(),
      latestVersion: latestVersion === null ? null : describeVersion(latestVersion),
    })),
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
  const shown = page.items.map(({ version }) => version)
  const uses = await listArtifactUses(db, caller.tenantId, artifact.id, shown)
  return {
    ...artifact,
    createdAt: artifact.createdAt.toISOString(),
    versions: page.items.map((item) => describeChecked(item, uses.get(item.version) ?? [])),
    versionCount: page.total,
    ...pageKeysOf(page, request),
  }
}

function describeVersion({ version, createdAt, createdBy, sizeBytes, sha256 }: ArtifactVersionRecord) {
  return { version, createdAt: createdAt.toISOString(), createdBy, sizeBytes, sha256 }
}

function describeChecked(version: CheckedArtifactVersion, uses: readonly ArtifactUse[]) {
  return {
    ...describeVersion(version),
    entryCount: version.entryCount,
    // Written by `create-artifact.ts`, as these types say.
    scan: version.scan as ArtifactScan | null,
    validation: version.validation as ArtifactValidation | null,
    usedBy: [...uses],
  }
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
  const find = () => findArtifactVersion(context.database.db, tenantId, artifactId, version)
  const found = await find()
  const content = found === null ? null : await context.objectStore.open(found.sha256)
  if (found !== null && content !== null) return { content, sizeBytes: found.sizeBytes, fileName: 'artifact.zip' }
  const still = found === null ? null : await find()
  if (still !== null && still.version === found?.version) {
    throw new Error(`object ${still.sha256} of artifact ${artifactId} is missing`)
  }
  // Deleted between the two looks; there may be an earlier version.
  if (still !== null) return download(context, tenantId, artifactId, version)
  throw notFound('artifact', version === null ? artifactId : `${artifactId}, version ${version},`)
}
