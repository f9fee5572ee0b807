/**
 * Cookies that belong to Cairn. Pure.
 *
 * Always true: an app never sees one and cannot set one. Under https their names begin with `__Host-`, so that browsers
 * take them from this very host only, and no other host of the domain can plant them.
 */

export type Scheme = 'http' | 'https'

/** How browsers reach what answers at the address. */
export function schemeOf(publicUrl: string): Scheme {
  return publicUrl.startsWith('https:') ? 'https' : 'http'
}

/** Begins the names of all cookies of Cairn; other spellings are taken away too. */
const ownName = /^(?:__(?:host|secure)-)?cairn[-_]/i

export function cookieName(name: string, scheme: Scheme): string {
  return `${scheme === 'https' ? '__Host-' : ''}cairn-${name}`
}

/** The first value of a cookie in `Cookie` fields; null = there is none. */
export function readCookie(field: string | undefined, name: string): string | null {
  if (field === undefined || !field.includes(name)) return null
  for (const part of field.split(';')) {
    const equals = part.indexOf('=')
    if (equals > 0 && part.slice(0, equals).trim() === name) return part.slice(equals + 1).trim()
  }
  return null
}

/** A `Cookie` field without Cairn's cookies; null = nothing is left. */
export function withoutOwnCookies(field: string): string | null {
  if (!/cairn[-_]/i.test(field)) return field
  const kept = field.split(';').filter((part) => !ownName.test(part.trim()))
  return kept.length === 0 ? null : kept.join(';').trim()
}

/** Whether a `Set-Cookie` field of an app would set a cookie of Cairn. */
export function setsOwnCookie(field: string): boolean {
  return ownName.test(field.trimStart())
}

export interface NewCookie {
  readonly name: string
  readonly value: string
  readonly scheme: Scheme
  /** Seconds; null = until the browser ends. */
  readonly maxAge: number | null
}

/** A `Set-Cookie` value: for this host alone, not for scripts, not sent along by other sites but for navigations. */
export function setCookie({ name, value, scheme, maxAge }: NewCookie): string {
  const age = maxAge === null ? '' : `; Max-Age=${maxAge}`
  return `${cookieName(name, scheme)}=${value}; Path=/${age}; HttpOnly; SameSite=Lax${scheme === 'https' ? '; Secure' : ''}`
}

/** The cookie that speaks for a user at the API: no other site's page makes a browser send it. */
function apiCookieName(scheme: Scheme): string {
  return `${scheme === 'https' ? '__Host-' : ''}cairn_session`
}

const signInCookie = 'sign-in'

/** The session that a request to the API brings. */
export function readApiSession(field: string | undefined, scheme: Scheme): string | null {
  return readCookie(field, apiCookieName(scheme))
}

/** The session that a request to the sign-in page brings, also when a service on another site sent the browser there. */
export function readSignInSession(field: string | undefined, scheme: Scheme): string | null {
  return readCookie(field, cookieName(signInCookie, scheme))
}

/**
 * `Set-Cookie` values of one session at Cairn's own host. There are two: services are other sites to a browser, and what the
 * sign-in page may be sent from there, the API must not be.
 *
 * @param secret empty with `maxAge` 0 = the browser forgets it
 */
export function sessionCookies(secret: string, scheme: Scheme, maxAge: number): readonly string[] {
  const secure = scheme === 'https' ? '; Secure' : ''
  return [
    `${apiCookieName(scheme)}=${secret}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=Strict${secure}`,
    setCookie({ name: signInCookie, value: secret, scheme, maxAge }),
  ]
}
