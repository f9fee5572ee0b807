import { listZip } from '@cairn/archive'
import { findArtifactVersion } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

type Entries = Awaited<ReturnType<typeof listZip>>

/** From the directory of the zip, anew for each page; contents are not read. */
export const listArtifactFiles: Operation<'listArtifactFiles'> = async (context, { caller, params, query, signal }) => {
  const request = pageRequestOf(query)
  const term = (query.searchTerm ?? '').toLowerCase()
  const entries = await entriesOf(context, { tenantId: caller.tenantId, ...params }, signal)
  const found = entries
    .filter(({ path }) => path.toLowerCase().includes(term))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const start = (request.pageNumber - 1) * request.pageSize
  return {
    files: found
      .slice(start, start + request.pageSize)
      .map(({ path, kind, sizeBytes, compressedBytes, isExecutable }) => ({
        path,
        kind,
        sizeBytes,
        compressedBytes,
        mode: isExecutable || kind === 'directory' ? '0755' : '0644',
      })),
    fileCount: found.length,
    totalBytes: found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...pageKeysOf({ items: [], total: found.length }, request),
  }
}

async function entriesOf(
  context: ApiContext,
  of: { readonly tenantId: string; readonly artifactId: string; readonly version: number },
  signal: AbortSignal,
): Promise<Entries> {
  const find = () => findArtifactVersion(context.database.db, of.tenantId, of.artifactId, of.version)
  const version = await find()
  const file = version === null ? null : await context.objectStore.materialise(version.sha256)
  if (file === null) {
    if ((await find()) !== null) throw new Error(`object ${version?.sha256} of artifact ${of.artifactId} is missing`)
    throw notFound('artifact', `${of.artifactId}, version ${of.version},`)
  }
  try {
    return await context.archiveReads(() => listZip(file.path, context.archiveLimits, { signal }))
  } finally {
    await file.release()
  }
}
