/** Links that carry their own proof, for readers that send no token. A signature covers everything that the link names. */
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '@cairn/domain'

/** What a link lets its holder read. */
export interface LinkSubject {
  readonly operationId: string
  readonly tenantId: string
  /** The ids in the path and query, in a fixed order. */
  readonly ids: readonly string[]
}

export interface SignedLinks {
  /** An absolute URL. `path` begins with `/`. */
  sign(subject: LinkSubject, path: string, query: Readonly<Record<string, string>>): string
  /** Whether the signature is that of the subject and has not expired. */
  verify(subject: LinkSubject, proof: { readonly expires: number; readonly signature: string }): boolean
}

export interface SignedLinkOptions {
  /** At least 32 bytes, known to every process that signs or checks. */
  readonly key: Buffer
  readonly clock: Clock
  /** E.g. `http://127.0.0.1:7420`. */
  readonly publicUrl: string
  /** Seconds for which a link is valid. */
  readonly lifetimeSeconds: number
}

export function createSignedLinks(options: SignedLinkOptions): SignedLinks {
  const signatureOf = (subject: LinkSubject, expires: number): Buffer =>
    createHmac('sha256', options.key)
      .update(JSON.stringify([subject.operationId, subject.tenantId, subject.ids, expires]))
      .digest()
  return {
    sign(subject, path, query) {
      const expires = Math.floor(options.clock.now() / 1000) + options.lifetimeSeconds
      const url = new URL(path, options.publicUrl)
      url.search = new URLSearchParams({
        ...query,
        tenant: subject.tenantId,
        expires: String(expires),
        signature: signatureOf(subject, expires).toString('base64url'),
      }).toString()
      return url.href
    },
    verify(subject, proof) {
      const given = Buffer.from(proof.signature, 'base64url')
      const right = signatureOf(subject, proof.expires)
      const isRight = given.length === right.length && timingSafeEqual(given, right)
      return isRight && proof.expires * 1000 > options.clock.now()
    },
  }
}
