import { findExport, listExports as list } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listExports: Operation<'listExports'> = async (context, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(context.database.db, caller.tenantId, query, request)
  const exports = page.items.map(({ createdAt, ...file }) => ({ ...file, createdAt: createdAt.toISOString() }))
  return { exports, exportCount: page.total, ...pageKeysOf(page, request) }
}

export const downloadExport: Operation<'downloadExport'> = async (context, { caller, params }) => {
  const file = await findExport(context.database.db, caller.tenantId, params.exportId)
  if (file === null) throw notFound('export', params.exportId)
  const content = await context.objectStore.open(file.sha256)
  if (content === null) throw new Error(`object ${file.sha256} of export ${file.id} is missing`)
  return { content, sizeBytes: file.sizeBytes, fileName: file.name.slice(file.name.lastIndexOf('/') + 1) }
}
