/**
 * What a browser keeps while its user is at the provider. It is worth nothing without the provider's answer, and the answer
 * nothing without it.
 */
import { cookieName, readCookie, type Scheme, setCookie } from '@cairn/domain'
import type { StartedSignIn } from './identity-provider.ts'

export interface KeptSignIn {
  readonly started: StartedSignIn
  /** Where on this host the browser goes at the end. */
  readonly path: string
}

const name = 'oidc'
const maxAge = 600

export function keepSignIn({ started, path }: KeptSignIn, scheme: Scheme): string {
  const { state, nonce, verifier } = started
  const value = Buffer.from(JSON.stringify([state, nonce, verifier, path])).toString('base64url')
  return setCookie({ name, value, scheme, maxAge })
}

export function forgetSignIn(scheme: Scheme): string {
  return setCookie({ name, value: '', scheme, maxAge: 0 })
}

/** null = the browser has started none, or too long ago. */
export function readSignIn(cookies: string | undefined, scheme: Scheme): KeptSignIn | null {
  const value = readCookie(cookies, cookieName(name, scheme))
  if (value === null) return null
  const [state, nonce, verifier, path] = partsOf(value)
  if (state === undefined || nonce === undefined || verifier === undefined || path === undefined) return null
  return { started: { state, nonce, verifier }, path }
}

function partsOf(value: string): readonly string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(value, 'base64url').toString())
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : []
  } catch {
    return []
  }
}

/** The path if it is one of this host, else the start page; also a path that a browser would take for another host. */
export function pathHere(path: string | null, publicUrl: string): string {
  const here = new URL(publicUrl).origin
  const url = path?.startsWith('/') === true ? URL.parse(path, here) : null
  return url === null || url.origin !== here || url.pathname.startsWith('//') ? '/' : `${url.pathname}${url.search}`
}
