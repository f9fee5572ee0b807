/** Settings of domains of services; part of the table in settings.ts. */
import { isIP } from 'node:net'
import { type Parsed, plain, type Setting, splitList } from './setting-kinds.ts'

function isDnsServer(text: string): boolean {
  const port = /^(?:\[[0-9a-f:.]+\]|[0-9.]+):(\d{1,5})$/i.exec(text)?.[1]
  const address = (port === undefined ? text : text.slice(0, -port.length - 1)).replace(/^\[|\]$/g, '')
  return isIP(address) !== 0 && Number(port ?? 1) > 0 && Number(port ?? 1) < 65_536
}

function readServers(text: string | undefined): Parsed<readonly string[]> {
  const servers = splitList(text ?? '')
  if (servers.every(isDnsServer)) return { value: servers }
  return { rule: 'must be a comma-separated list of addresses such as 9.9.9.9 or 127.0.0.1:5353' }
}

function readDomains(text: string | undefined): Parsed<readonly string[]> {
  const domains = splitList((text ?? '').toLowerCase())
  if (domains.every((domain) => /^[a-z0-9.-]+$/.test(domain))) return { value: domains }
  return { rule: 'must be a comma-separated list of domains such as apps.example.com' }
}

const dnsServers: Setting<readonly string[]> = {
  ...plain({
    name: 'CAIRN_DNS_SERVERS',
    default: 'none',
    unit: null,
    doc: 'DNS servers, with commas between, that are asked for the TXT records which prove domains of services. Absent: those of the system.',
  }),
  read: readServers,
}

const vouchedDomains: Setting<readonly string[]> = {
  ...plain({
    name: 'CAIRN_VOUCHED_DOMAINS',
    default: 'none',
    unit: null,
    doc: 'Domains, with all below them, that any service may take without a proof: first come, first served. For installations whose tenants trust each other. Set CAIRN_PUBLIC_URL as well: a service may take every other name.',
  }),
  read: readDomains,
}

export const domainSettings = { dnsServers, vouchedDomains }
