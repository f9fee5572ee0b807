import type { Route } from '../route.ts'
import { AuditPage, ExportAuditQuery, ListAuditQuery } from '../schemas/audit.ts'

/** Who changed what. */
export const auditRoutes = {
  listAuditEvents: {
    method: 'GET',
    path: '/people/api/v1/audit',
    summary: 'List changes and sign-ins, newest first',
    tag: 'People',
    auth: 'token',
    query: ListAuditQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: AuditPage },
    errors: ['invalid_request'],
    added: true,
  },
  exportAuditEvents: {
    method: 'GET',
    path: '/people/api/v1/audit/export',
    summary: 'The same as one file, as CSV or with one JSON object a line',
    tag: 'People',
    auth: 'token',
    query: ExportAuditQuery,
    bodyKind: 'none',
    response: { kind: 'binary', status: 200, contentType: 'application/octet-stream' },
    errors: ['invalid_request'],
    added: true,
  },
} as const satisfies Record<string, Route>
