import { type ArchiveLimits, inspectZip, listZip, type ZipEntry, type ZipReport, type ZipScan } from '@cairn/archive'
import { CairnError } from '@cairn/contract'
import { insertStoredObject, lockStoredObject, type ObjectStore, readStoredObject, type Tx } from '@cairn/store'
import type { ApiContext } from '../context.ts'
import type { Upload } from '../operation.ts'

export interface InspectionContext {
  readonly objectStore: ObjectStore
  readonly archiveLimits: ArchiveLimits
}

/**
 * Reads the uploaded zip whole.
 *
 * @throws {CairnError} `invalid_archive` naming the entry and the rule
 */
export function inspectUpload(context: InspectionContext, upload: Upload, signal: AbortSignal): Promise<ZipReport> {
  return inspectStored(context, upload, { signal })
}

/**
 * The entries of an upload. One that is stored already was read whole when it came, and is not again.
 *
 * @throws {CairnError} `invalid_archive` naming the entry and the rule
 */
export async function listUpload(
  context: InspectionContext & Pick<ApiContext, 'database'>,
  upload: Upload,
  signal: AbortSignal,
): Promise<readonly ZipEntry[]> {
  if ((await readStoredObject(context.database.db, upload.sha256)) === null) {
    return (await inspectUpload(context, upload, signal)).entries
  }
  const file = await context.objectStore.materialise(upload.sha256)
  if (file === null) throw uploadLost()
  try {
    return await listZip(file.path, context.archiveLimits, { signal })
  } finally {
    await file.release()
  }
}

/** As {@link inspectUpload}; `scan` sees every file on the way. */
export function scanUpload(
  context: InspectionContext,
  upload: Upload,
  call: { readonly signal: AbortSignal; readonly scan: ZipScan },
): Promise<ZipReport> {
  return inspectStored(context, upload, call)
}

async function inspectStored(
  context: InspectionContext,
  upload: Upload,
  call: { readonly signal: AbortSignal; readonly scan?: ZipScan },
): Promise<ZipReport> {
  const file = await context.objectStore.materialise(upload.sha256)
  if (file === null) throw uploadLost()
  try {
    return await inspectZip(file.path, context.archiveLimits, call)
  } finally {
    await file.release()
  }
}

/**
 * Makes the upload an object that rows may refer to. The first statement of its transaction.
 *
 * @throws {CairnError} `conflict` when the refusal of an equal upload removed the bytes just now
 */
export async function keepUpload(context: Pick<ApiContext, 'objectStore'>, tx: Tx, upload: Upload): Promise<void> {
  await lockStoredObject(tx, upload.sha256)
  const storedAt = await context.objectStore.storedAt(upload.sha256)
  if (storedAt === null) throw uploadLost()
  await insertStoredObject(tx, upload)
}

function uploadLost(): CairnError {
  return new CairnError('conflict', 'an equal upload was refused and removed at the same moment; send this one again')
}
