/** Longest name of a service. With `--<tenant>` behind it the whole label has to stay within DNS's 63 characters. */
export const maxServiceNameLength = 40

const maxHostLabelLength = 63
const namePattern = /^[a-z0-9](?:[a-z0-9]|-(?=[a-z0-9]))*$/

const nameRule =
  `1 to ${maxServiceNameLength} lower-case letters, digits and single hyphens, ` +
  'starting and ending with a letter or digit, since the name becomes a host name'

export type ServiceNameCheck = { readonly kind: 'ok' } | { readonly kind: 'refused'; readonly rule: string }

/**
 * Whether a service of this tenant may have this name. `rule` says what holds for names, worded to follow the field's
 * name. Two hyphens in a row are kept for the boundary between service and tenant; `xn` would make a host name that
 * browsers read as an encoded international one.
 */
export function checkServiceName(name: string, tenantName: string): ServiceNameCheck {
  if (name.length > maxServiceNameLength || !namePattern.test(name)) {
    return { kind: 'refused', rule: `must be ${nameRule}` }
  }
  if (name === 'xn') return { kind: 'refused', rule: 'must not be "xn": that prefix of host names is reserved' }
  const excess = hostLabel(name, tenantName).length - maxHostLabelLength
  if (excess > 0) {
    const longest = name.length - excess
    return {
      kind: 'refused',
      rule: `must be at most ${longest} characters, since it shares a host label of ${maxHostLabelLength} with the tenant "${tenantName}"`,
    }
  }
  return { kind: 'ok' }
}

/** The tenant whose services have host names without a tenant in them. */
export const defaultTenantName = 'default'

/** First label of a service's host name: `<service>` for the tenant `default`, else `<service>--<tenant>`. */
function hostLabel(serviceName: string, tenantName: string): string {
  return tenantName === defaultTenantName ? serviceName : `${serviceName}--${tenantName}`
}

/**
 * The host (with port, when the domain has one) at which a service answers.
 *
 * @example
 * serviceHost('forecast', 'default', 'localhost:7420') // forecast.localhost:7420
 * serviceHost('forecast', 'acme', 'apps.example.com')  // forecast--acme.apps.example.com
 */
export function serviceHost(serviceName: string, tenantName: string, domain: string): string {
  return `${hostLabel(serviceName, tenantName)}.${domain}`
}

/** `unknown`: below the domain, but no name that a service can have. */
export type ParsedServiceHost =
  | { readonly kind: 'service'; readonly serviceName: string; readonly tenantName: string }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'other' }

/**
 * Inverse of {@link serviceHost} for a `Host` header as clients send it: letters in any case, any port, a trailing dot
 * allowed. `other` means that the host is not below the domain at all and the request is not the gateway's.
 */
export function parseServiceHost(hostHeader: string, domain: string): ParsedServiceHost {
  const host = bareHost(hostHeader)
  const suffix = `.${bareHost(domain)}`
  if (!host.endsWith(suffix)) return { kind: 'other' }
  const label = host.slice(0, -suffix.length)
  const boundary = label.indexOf('--')
  const serviceName = boundary < 0 ? label : label.slice(0, boundary)
  const tenantName = boundary < 0 ? defaultTenantName : label.slice(boundary + 2)
  const isService =
    namePattern.test(serviceName) &&
    tenantName !== '' &&
    !tenantName.includes('.') &&
    (boundary < 0 || tenantName !== defaultTenantName)
  return isService ? { kind: 'service', serviceName, tenantName } : { kind: 'unknown' }
}

/** The port of a host as it is written, with its colon; empty = none. */
export function portOfHost(host: string): string {
  return /:\d+$/.exec(host)?.[0] ?? ''
}

/** A `Host` header's name: lower-case, without port and trailing dot. */
export function bareHost(host: string): string {
  const colon = host.lastIndexOf(':')
  const name = (colon < 0 ? host : host.slice(0, colon)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}
