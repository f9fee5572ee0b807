/** Domains of their own under which services answer. */
import type { DomainStatus } from '@cairn/contract'
import { bareHost } from './service-name.ts'

/** Longest name that DNS knows. */
const maxDomainLength = 253
const maxLabelLength = 63
const label = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/

export interface ReservedHosts {
  /** Below it services have their hosts; may name a port. */
  readonly domain: string
  /** Where Cairn itself answers. */
  readonly publicUrl: string
}

export type DomainCheck =
  | { readonly kind: 'domain'; readonly domain: string }
  | { readonly kind: 'refused'; readonly rule: string }

/**
 * A domain as users write it, in the letters of DNS: lower-case, international names encoded, without a point at its end.
 * `rule` is worded to follow the field's name.
 *
 * @example
 * checkCustomDomain('Prognose.Example.COM', reserved) // { kind: 'domain', domain: 'prognose.example.com' }
 */
export function checkCustomDomain(text: string, reserved: ReservedHosts): DomainCheck {
  const domain = toDnsName(text)
  if (domain === null) {
    return refused('must be a host name such as forecast.example.com, without scheme, port or path')
  }
  if (isReserved(domain, reserved)) {
    return refused(`must not be a host of Cairn itself, nor below ${bareHost(reserved.domain)}`)
  }
  return { kind: 'domain', domain }
}

/** Whether a host is Cairn's own, so that no service may ever answer under it. */
export function isReserved(domain: string, reserved: ReservedHosts): boolean {
  const own = bareHost(reserved.domain)
  const page = URL.parse(reserved.publicUrl)?.hostname ?? ''
  return domain === own || domain.endsWith(`.${own}`) || domain === page
}

function refused(rule: string): DomainCheck {
  return { kind: 'refused', rule }
}

/** A host name in the letters of DNS; null = it is none. Addresses are none, and names of one label. */
export function toDnsName(text: string): string | null {
  if (/[\s/:@?#%\\[\]*_]/.test(text)) return null
  const host = URL.parse(`http://${text}`)?.hostname ?? ''
  const name = host.endsWith('.') ? host.slice(0, -1) : host
  const labels = name.split('.')
  const isName =
    name.length <= maxDomainLength &&
    labels.length > 1 &&
    labels.every((each) => each.length <= maxLabelLength && label.test(each)) &&
    !/^\d+$/.test(labels.at(-1) ?? '')
  return isName ? name : null
}

/**
 * The name of the TXT record that proves a domain.
 *
 * @example
 * proofRecordName('forecast.example.com') // _cairn.forecast.example.com
 */
export function proofRecordName(domain: string): string {
  return `_cairn.${domain}`
}

/** Whether a domain is one of these, or below one. */
export function isBelowAny(domain: string, names: readonly string[]): boolean {
  return names.some((name) => domain === name || domain.endsWith(`.${name}`))
}

/** What looking for the proof of a domain gave. */
export type DomainProof =
  /** The installation vouches for the domain. */
  | { readonly kind: 'vouched' }
  | { readonly kind: 'records'; readonly values: readonly string[] }
  /** DNS did not answer. */
  | { readonly kind: 'unknown'; readonly reason: string }

export interface DomainClaim {
  readonly domain: string
  readonly token: string
  readonly status: DomainStatus
  /** Milliseconds since its proof was asked for. */
  readonly ageMs: number
  /** Milliseconds since the proof was last found; null = never. */
  readonly provenMs: number | null
}

export type DomainDecision =
  | { readonly kind: 'activate' }
  /** `afterMs` null = not looked at again by itself. */
  | {
      readonly kind: 'note'
      readonly status: DomainStatus
      readonly reason: string
      readonly afterMs: number | null
    }

const minuteMs = 60_000
const lastLookMs = 7 * 24 * 60 * minuteMs
/** Between two looks at the record of a domain that is active. */
export const activeLookMs = 60 * minuteMs
const rivalLookMs = minuteMs

/** What becomes of a claim, from its own state and what DNS says. */
export function decideDomain(claim: DomainClaim, proof: DomainProof): DomainDecision {
  if (proof.kind === 'vouched' || (proof.kind === 'records' && proof.values.includes(claim.token))) {
    return { kind: 'activate' }
  }
  const reason = proof.kind === 'unknown' ? proof.reason : describeMissing(claim, proof.values)
  if (claim.status === 'active') return decideActive(claim, proof, reason)
  if (claim.ageMs < lastLookMs) return { kind: 'note', status: 'pending', reason, afterMs: pauseMs(claim.ageMs, proof) }
  return { kind: 'note', status: 'failed', reason: `not proven within 7 days: ${reason}`, afterMs: null }
}

/**
 * A slip in DNS must not cut a service off, and DNS that does not answer says nothing; but a domain whose record stays away
 * may be another's by now, to whom its visitors and their sign-ins would go.
 */
function decideActive({ provenMs }: DomainClaim, proof: DomainProof, reason: string): DomainDecision {
  const isLost = proof.kind === 'records' && (provenMs ?? 0) > lastLookMs
  return isLost
    ? { kind: 'note', status: 'failed', reason: `its record is missing for 7 days: ${reason}`, afterMs: null }
    : { kind: 'note', status: 'active', reason, afterMs: activeLookMs }
}

/** What becomes of a claim that is proven while the record of the service that has the domain stands as well. */
export function decideRival(claim: DomainClaim): Extract<DomainDecision, { kind: 'note' }> {
  const reason = `${claim.domain} belongs to another service; it has to be removed there first`
  return claim.ageMs < lastLookMs
    ? { kind: 'note', status: 'pending', reason, afterMs: rivalLookMs }
    : { kind: 'note', status: 'failed', reason, afterMs: null }
}

function describeMissing({ domain, token }: DomainClaim, values: readonly string[]): string {
  const found = values.length === 0 ? 'DNS has no such record' : 'the records there say something else'
  return `add a TXT record ${proofRecordName(domain)} with the value ${token}: ${found}`
}

function pauseMs(ageMs: number, proof: DomainProof): number {
  // A server that does not answer holds a look up for seconds.
  if (ageMs < 10 * minuteMs && proof.kind !== 'unknown') return 10_000
  return ageMs < 60 * minuteMs ? minuteMs : 10 * minuteMs
}
