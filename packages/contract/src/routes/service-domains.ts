import type { Route } from '../route.ts'
import { EmptyAnswer } from '../schemas/bounds.ts'
import { AddServiceDomainBody, ServiceDomain, ServiceDomainParams, ServiceDomains } from '../schemas/service-domain.ts'
import { ServiceParams } from '../schemas/service.ts'

/** Domains under which services answer beside their own hosts. */
export const serviceDomainRoutes = {
  listServiceDomains: {
    method: 'GET',
    path: '/webapps/api/v1/webapps/{serviceId}/domains',
    summary: 'List the domains of a service',
    tag: 'Services',
    auth: 'token',
    params: ServiceParams,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: ServiceDomains },
    errors: ['invalid_request', 'not_found'],
    added: true,
  },
  addServiceDomain: {
    method: 'POST',
    path: '/webapps/api/v1/webapps/{serviceId}/domains',
    summary: 'Have a service answer under a domain, once it is proven',
    tag: 'Services',
    auth: 'token',
    params: ServiceParams,
    body: AddServiceDomainBody,
    bodyKind: 'json',
    unknownKeys: 'refused',
    response: { kind: 'json', status: 201, schema: ServiceDomain },
    errors: ['invalid_request', 'not_found', 'conflict'],
    added: true,
  },
  verifyServiceDomain: {
    method: 'POST',
    path: '/webapps/api/v1/webapps/{serviceId}/domains/{domain}/verify',
    summary: 'Look for the proof of a domain now',
    tag: 'Services',
    auth: 'token',
    params: ServiceDomainParams,
    bodyKind: 'none',
    response: { kind: 'json', status: 202, schema: ServiceDomain },
    errors: ['invalid_request', 'not_found'],
    added: true,
  },
  removeServiceDomain: {
    method: 'DELETE',
    path: '/webapps/api/v1/webapps/{serviceId}/domains/{domain}',
    summary: 'Take a domain away from a service',
    tag: 'Services',
    auth: 'token',
    params: ServiceDomainParams,
    bodyKind: 'none',
    response: { kind: 'json', status: 200, schema: EmptyAnswer },
    errors: ['invalid_request', 'not_found'],
    added: true,
  },
} as const satisfies Record<string, Route>
