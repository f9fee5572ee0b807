/** Where services answer, as the API tells it. */
import { portOfHost, type ReservedHosts, schemeOf, serviceHost } from '@cairn/domain'

export interface ServiceHosts {
  readonly serviceUrl: (serviceName: string, tenantName: string) => string
  readonly domainUrl: (domain: string) => string
  readonly reservedHosts: ReservedHosts
}

/** @param domain below which services have their hosts, with its port when it is not the standard one */
export function serviceHosts(domain: string, publicUrl: string): ServiceHosts {
  const scheme = schemeOf(publicUrl)
  return {
    serviceUrl: (name, tenantName) => `${scheme}://${serviceHost(name, tenantName, domain)}`,
    domainUrl: (own) => `${scheme}://${own}${portOfHost(domain)}`,
    reservedHosts: { domain, publicUrl },
  }
}
