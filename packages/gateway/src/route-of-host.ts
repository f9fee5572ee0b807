/** Whose a host is; every way into the gateway asks here, so that all of them know the same hosts. */
import { bareHost, isReserved, parseServiceHost, type ReservedHosts } from '@cairn/domain'
import type { ServiceRoute } from '@cairn/store'
import type { RouteTable } from './route-table.ts'

export type HostOwner =
  | { readonly kind: 'service'; readonly route: ServiceRoute }
  /** Below the gateway's domain, but no service's. */
  | { readonly kind: 'unknown' }
  /** Not the gateway's business. */
  | { readonly kind: 'other' }

export interface HostRules extends ReservedHosts {
  readonly routes: Pick<RouteTable, 'find' | 'findByDomain'>
}

const other: HostOwner = { kind: 'other' }
const unknown: HostOwner = { kind: 'unknown' }

/**
 * @param hostHeader as clients send it: letters in any case, any port, a trailing point allowed
 * @example
 * routeOfHost({ routes, domain: 'localhost:7420', publicUrl }, 'forecast.localhost:7420')
 */
export function routeOfHost(rules: HostRules, hostHeader: string): HostOwner {
  const parsed = parseServiceHost(hostHeader, rules.domain)
  if (parsed.kind === 'unknown') return unknown
  if (parsed.kind === 'service') {
    const route = rules.routes.find(parsed.tenantName, parsed.serviceName)
    return route === null ? unknown : { kind: 'service', route }
  }
  const host = bareHost(hostHeader)
  const route = rules.routes.findByDomain(host)
  // Settings may have changed since the domain was added: Cairn's own host stays Cairn's.
  return route === null || isReserved(host, rules) ? other : { kind: 'service', route }
}
