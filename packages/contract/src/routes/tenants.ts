import type { Route } from '../route.ts'
import {
  Credentials,
  CredentialsQuery,
  DataStores,
  InstanceOptions,
  InstanceOptionsQuery,
  ValkeyCredentials,
} from '../schemas/tenant.ts'

/** What a tenant has at its disposal. */
export const tenantRoutes = {
  listInstanceOptions: {
    method: 'GET',
    path: '/quota/api/v1/settings/tenant-instance-options',
    summary: 'List instance types',
    tag: 'Tenants',
    auth: 'token',
    query: InstanceOptionsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: InstanceOptions },
    errors: ['invalid_request', 'not_found'],
  },
  getCredentials: {
    method: 'GET',
    path: '/connections/api/v2/connections/credentials',
    summary: 'Credentials of a warehouse',
    tag: 'Tenants',
    auth: 'token',
    query: CredentialsQuery,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: Credentials },
    errors: ['invalid_request', 'not_found'],
  },
  listWarehouses: {
    method: 'GET',
    path: '/connections/api/v1/connections/warehouses',
    summary: 'List warehouses',
    tag: 'Tenants',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: DataStores },
    errors: ['not_found'],
  },
  getValkeyCredentials: {
    method: 'GET',
    path: '/connections/api/v1/connections/valkey-credentials',
    summary: 'Credentials of the cache',
    tag: 'Tenants',
    auth: 'token',
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: ValkeyCredentials },
    errors: ['not_found'],
  },
} as const satisfies Record<string, Route>
