/**
 * Which header fields pass a gateway. Pure. Names and values are flat lists `[name, value, name, value, …]` as the parsers
 * give them, so that order, spelling and repeated fields survive.
 */

import { setsOwnCookie, withoutOwnCookies } from '@cairn/domain'

/** Fields between two neighbours (RFC 9110 §7.6.1); `te` and `trailer` too, since trailers are not passed on. */
const hopByHop = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Fields that a `Connection` field cannot take away, whatever it names: they frame or route the message. */
const kept = new Set(['host', 'content-length'])

export interface RequestFacts {
  /** Host under which the client asked, with its port. */
  readonly host: string
  readonly clientAddress: string
  readonly scheme: 'http' | 'https'
  /** E-mail of the caller of a private service; null for a public one. */
  readonly user: string | null
}

/**
 * Fields for the app. What a client says about itself in fields that the gateway vouches for (`X-Forwarded-*`,
 * `Forwarded`, `X-Real-IP`, `X-Cairn-*`, also spelled with underscores, which many frameworks read as hyphens) is
 * replaced or dropped. `Authorization` reaches only public services: for private ones it is Cairn's token.
 */
export function requestHeaders(raw: readonly string[], facts: RequestFacts): string[] {
  const named = namedByConnection(raw)
  const passed: string[] = ['host', facts.host]
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    if (lower === 'host' || lower === 'expect' || hopByHop.has(lower)) continue
    if (named.has(lower) && !kept.has(lower)) continue
    if (isVouchedFor(lower) || (facts.user !== null && lower === 'authorization')) continue
    const value = lower === 'cookie' ? withoutOwnCookies(raw[index + 1] ?? '') : (raw[index + 1] ?? '')
    if (value !== null) passed.push(name, value)
  }
  passed.push('x-forwarded-for', facts.clientAddress)
  passed.push('x-forwarded-proto', facts.scheme, 'x-forwarded-host', facts.host)
  if (facts.user !== null) passed.push('x-cairn-user', headerText(facts.user))
  return passed
}

/** Fields for the client. A cookie of the gateway is set by `cookie` alone; null = none. */
export function responseHeaders(raw: readonly string[], cookie: string | null): string[] {
  const named = namedByConnection(raw)
  const passed: string[] = []
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    const lower = name.toLowerCase()
    if (hopByHop.has(lower) || (named.has(lower) && !kept.has(lower))) continue
    const value = raw[index + 1] ?? ''
    if (lower === 'set-cookie' && setsOwnCookie(value)) continue
    passed.push(name, value)
  }
  if (cookie !== null) passed.push('set-cookie', cookie)
  return passed
}

/** Lower-case names that `Connection` fields list. */
function namedByConnection(raw: readonly string[]): ReadonlySet<string> {
  let named: Set<string> | null = null
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue
    for (const option of (raw[index + 1] ?? '').split(',')) (named ??= new Set()).add(option.trim().toLowerCase())
  }
  return named ?? nothing
}

const nothing: ReadonlySet<string> = new Set()

function isVouchedFor(lower: string): boolean {
  const first = lower.charCodeAt(0)
  // x or f: nearly all fields are decided here.
  if (first !== 0x78 && first !== 0x66) return false
  const name = lower.replaceAll('_', '-')
  return name.startsWith('x-forwarded-') || name.startsWith('x-cairn-') || name === 'x-real-ip' || name === 'forwarded'
}

/** As a header value may have it: visible ASCII, the rest percent-encoded. */
function headerText(value: string): string {
  return /^[\x21-\x7e]+$/.test(value) ? value : encodeURIComponent(value)
}

export type FramingCheck =
  | { readonly kind: 'ok' }
  | { readonly kind: 'refused'; readonly status: 400 | 501; readonly reason: string }

const ok: FramingCheck = { kind: 'ok' }
const refused = (status: 400 | 501, reason: string): FramingCheck => ({ kind: 'refused', status, reason })

/**
 * What Node's parser lets through and two parties could still read in two ways. (It refuses both lengths at once,
 * repeated lengths, folded fields, bare line feeds and chunked that is not last.)
 */
export function checkFraming(raw: readonly string[], target: string): FramingCheck {
  let hosts = 0
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = raw[index] ?? ''
    if (name.length !== 4 && name.length !== 17) continue
    const lower = name.toLowerCase()
    if (lower === 'host') hosts += 1
    else if (lower === 'transfer-encoding' && (raw[index + 1] ?? '').trim().toLowerCase() !== 'chunked') {
      return refused(501, 'Transfer-Encoding may only be "chunked"')
    }
  }
  if (hosts !== 1) return refused(400, 'a request has exactly one Host field')
  if (!target.startsWith('/')) return refused(400, 'the request target must be a path that starts with "/"')
  return ok
}
