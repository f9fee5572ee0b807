/**
 * Where outgoing calls of users' steps may go: the public internet, and what the operator allowed by name. Every address
 * that a name resolves to is checked, and the connection goes to a checked address, so that a name cannot answer
 * differently in between.
 */
import { lookup } from 'node:dns'
import type { LookupAllOptions, LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import ipaddr from 'ipaddr.js'
import { Agent, buildConnector } from 'undici'

/** The call would leave what the guard allows; the message is for the user. */
export class EgressRefused extends Error {
  constructor(host: string, address: string) {
    super(`${host} is at ${address}, a private or special address; an operator can allow it with CAIRN_EGRESS_ALLOW`)
    this.name = 'EgressRefused'
  }
}

type Network = readonly [ipaddr.IPv4 | ipaddr.IPv6, number]

/** Private hosts and networks that outgoing calls may reach nevertheless. */
export interface EgressAllowList {
  readonly hosts: ReadonlySet<string>
  readonly networks: readonly Network[]
}

/**
 * @param entries host names, addresses and CIDRs, e.g. `['127.0.0.1', '10.1.0.0/16', 'build.internal']`
 * @throws Error that names an entry which is none of these
 */
export function parseEgressAllow(entries: readonly string[]): EgressAllowList {
  const hosts = new Set<string>()
  const networks: Network[] = []
  for (const entry of entries) {
    if (ipaddr.isValidCIDR(entry)) networks.push(ipaddr.parseCIDR(entry))
    else if (isIP(entry) !== 0) networks.push(wholeAddress(ipaddr.process(entry)))
    else if (/^[a-z0-9_.-]+$/i.test(entry)) hosts.add(canonicalHost(entry))
    else throw new Error(`egress allow-list: "${entry}" is no host name, address or CIDR`)
  }
  return { hosts, networks }
}

function wholeAddress(address: ipaddr.IPv4 | ipaddr.IPv6): Network {
  return [address, address.kind() === 'ipv4' ? 32 : 128]
}

function canonicalHost(host: string): string {
  return host.toLowerCase().replace(/\.$/, '')
}

/** IPv6 outside of this block is not the public internet, whatever it is called. */
const globalUnicast = ipaddr.parseCIDR('2000::/3')

/** Azure's host for its virtual machines: a public address by its number, the machine's own management by what answers. */
const platformAddresses = new Set(['168.63.129.16'])

/** Throws {@link EgressRefused} unless `address`, to which `host` resolved, may be connected to. */
export function checkEgress(host: string, address: string, allow: EgressAllowList): void {
  if (allow.hosts.has(canonicalHost(host))) return
  if (isIP(address) === 0) throw new EgressRefused(host, address)
  const parsed = ipaddr.process(address)
  const isPublic =
    parsed.range() === 'unicast' &&
    (parsed.kind() === 'ipv4' || matches(parsed, globalUnicast)) &&
    !platformAddresses.has(parsed.toString())
  if (!isPublic && !allow.networks.some((network) => matches(parsed, network))) throw new EgressRefused(host, address)
}

function matches(address: ipaddr.IPv4 | ipaddr.IPv6, [network, bits]: Network): boolean {
  return address.kind() === network.kind() && address.match(network, bits)
}

/** Pooled, kept-alive connections that only lead to checked addresses. The caller closes it. */
export function createGuardedAgent(allow: EgressAllowList): Agent {
  const guardedLookup: LookupFunction = (host, options, callback) => {
    const all: LookupAllOptions = { ...options, all: true }
    resolveHost(host, all, (error, addresses) => {
      const refusal = error ?? refusalOf(host, addresses, allow)
      const first = addresses?.[0]
      if (refusal !== null) callback(refusal, [])
      else if (options.all === true) callback(null, addresses)
      else callback(null, first?.address ?? '', first?.family)
    })
  }
  const connector = buildConnector({ lookup: guardedLookup, timeout: 10_000, allowH2: false })
  return new Agent({
    connections: 256,
    pipelining: 1,
    keepAliveTimeout: 10_000,
    connect: (options, callback) => {
      // A host that is an address is connected to without a lookup.
      const literal = options.hostname.replace(/^\[|\]$/g, '')
      const refusal =
        isIP(literal) === 0 ? null : refusalOf(literal, [{ address: literal, family: isIP(literal) }], allow)
      if (refusal === null) connector(options, callback)
      else callback(refusal, null)
    },
  })
}

/**
 * Addresses of a host, all of them allowed.
 *
 * @param host a name, or an address, an IPv6 one in brackets
 * @throws EgressRefused
 */
export async function resolveAllowed(host: string, allow: EgressAllowList): Promise<string[]> {
  const literal = host.replace(/^\[|\]$/g, '')
  const addresses = isIP(literal) === 0 ? await resolveAll(literal) : [literal]
  for (const address of addresses) checkEgress(literal, address, allow)
  return addresses
}

function resolveAll(host: string): Promise<string[]> {
  return new Promise((resolve, reject) => {
    resolveHost(host, { all: true }, (error, addresses) => {
      if (error === null) resolve(addresses.map(({ address }) => address))
      else reject(error)
    })
  })
}

type Resolved = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void

/**
 * `*.localhost` is this machine without asking anybody (RFC 6761, section 6.3). Browsers do the same, most system
 * resolvers do not, and services have such names by default. The guard still has to allow the address.
 */
function resolveHost(host: string, options: LookupAllOptions, done: Resolved): void {
  if (canonicalHost(host).endsWith('.localhost')) process.nextTick(done, null, [{ address: '127.0.0.1', family: 4 }])
  else lookup(host, options, done)
}

function refusalOf(host: string, addresses: readonly LookupAddress[], allow: EgressAllowList): Error | null {
  try {
    for (const { address } of addresses) checkEgress(host, address, allow)
    return null
  } catch (error) {
    if (error instanceof EgressRefused) return error
    throw error
  }
}
