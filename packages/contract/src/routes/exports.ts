import type { Route } from '../route.ts'
import { ExportPage, ExportParams, ListExportsQuery } from '../schemas/export.ts'

/** Files that export steps wrote. */
export const exportRoutes = {
  listExports: {
    method: 'GET',
    path: '/exports/api/v1/exports',
    summary: 'List the files of export steps, newest first',
    tag: 'Exports',
    auth: 'token',
    query: ListExportsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: ExportPage },
    errors: ['invalid_request'],
    added: true,
  },
  downloadExport: {
    method: 'GET',
    path: '/exports/api/v1/exports/{exportId}/download',
    summary: 'Download the file of an export step',
    tag: 'Exports',
    auth: 'token',
    params: ExportParams,
    bodyKind: 'none',
    response: { kind: 'binary', status: 200, contentType: 'application/octet-stream' },
    errors: ['invalid_request', 'not_found'],
    added: true,
  },
} as const satisfies Record<string, Route>
