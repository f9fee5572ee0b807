/**
 * Which instance a browser's session lives on: a signed cookie names it, nothing is kept here.
 *
 * Always true: a cookie counts only with the signature of this installation over this service, so that one that was
 * forged, or copied from another service, is as if there were none.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { cookieName, readCookie, type Scheme, setCookie } from '@cairn/domain'

export interface StickySession {
  readonly session: string
  /** Name of the instance. */
  readonly workload: string
}

export interface StickySessions {
  /** The session of a `Cookie` field; null = none that counts. */
  read(cookieField: string | undefined, serviceId: string): StickySession | null
  /** A `Set-Cookie` value that binds to the instance: the session that is there goes on, or a new one begins. */
  bind(session: string | null, workload: string, serviceId: string): string
}

const cookie = 'session'

/** @param key 32 bytes, the same in every gateway and after restarts */
export function createStickySessions(key: Buffer, scheme: Scheme): StickySessions {
  const name = cookieName(cookie, scheme)
  const sign = (serviceId: string, content: string): Buffer =>
    createHmac('sha256', key).update(`sticky ${serviceId} ${content}`).digest()
  return {
    read(cookieField, serviceId) {
      const [session, workload, signature, ...rest] = (readCookie(cookieField, name) ?? '').split('~')
      if (session === undefined || workload === undefined || signature === undefined || rest.length > 0) return null
      const given = Buffer.from(signature, 'base64url')
      const right = sign(serviceId, `${session}~${workload}`)
      return given.length === right.length && timingSafeEqual(given, right) ? { session, workload } : null
    },
    bind(session, workload, serviceId) {
      const content = `${session ?? randomBytes(12).toString('base64url')}~${workload}`
      const value = `${content}~${sign(serviceId, content).toString('base64url')}`
      return setCookie({ name: cookie, value, scheme, maxAge: null })
    },
  }
}
