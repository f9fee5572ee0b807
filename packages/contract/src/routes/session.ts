import type { Route } from '../route.ts'
import { EmptyAnswer } from '../schemas/bounds.ts'
import { Permissions, PermissionsQuery, TelemetryBody, TenantMetadata } from '../schemas/tenant.ts'

/** What a client asks for around its work: who it is, what it may do, telemetry. */
export const sessionRoutes = {
  getTenantMetadata: {
    method: 'GET',
    path: '/tenant-management/api/v1/external/tenants/tenant-metadata',
    summary: 'Start a session',
    tag: 'Session',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: TenantMetadata },
    errors: [],
  },
  sendTelemetry: {
    method: 'POST',
    path: '/resource-usage/api/v1/telemetry',
    summary: 'Take telemetry of a client and drop it',
    tag: 'Session',
    auth: 'token',
    body: TelemetryBody,
    bodyKind: 'json',
    unknownKeys: 'ignored',
    response: { kind: 'json', status: 200, schema: EmptyAnswer },
    errors: [],
  },
  checkPermissions: {
    method: 'GET',
    path: '/access-control/api/v2/access/permissions',
    summary: 'Permissions of the caller',
    tag: 'Session',
    auth: 'token',
    query: PermissionsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: Permissions },
    errors: ['not_found', 'unprocessable'],
  },
} as const satisfies Record<string, Route>
