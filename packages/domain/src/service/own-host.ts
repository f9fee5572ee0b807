/** Under which hosts Cairn shows its own pages. */
import { isBelowAny, isReserved, type ReservedHosts } from './custom-domain.ts'
import { bareHost } from './service-name.ts'

const address = /^(?:\[|\d{1,3}(?:\.\d{1,3}){3}$)/

/**
 * Whether Cairn shows its own pages, and takes its own sessions, under a host: its public one, those that it serves services
 * below, and what no stranger can have for a name, which is addresses, names of one label and `localhost` with all below it.
 * Under another name that leads here a page could be taken over by whoever moves the name elsewhere (DNS rebinding).
 *
 * @param hostHeader as clients send it
 * @example
 * isOwnHost('127.0.0.1:7420', { publicUrl: 'https://cairn.example', domain: 'apps.example' }) // true
 */
export function isOwnHost(hostHeader: string, reserved: ReservedHosts): boolean {
  const host = bareHost(hostHeader)
  if (address.test(host) || !host.includes('.')) return host !== ''
  return isReserved(host, reserved) || isBelowAny(host, ['localhost'])
}
