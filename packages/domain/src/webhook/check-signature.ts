/**
 * Signatures of webhook calls as Standard Webhooks has them: HMAC-SHA256 over `id.timestamp.body`, in the headers
 * `webhook-id`, `webhook-timestamp` (epoch seconds) and `webhook-signature` (`v1,<base64>`, several with blanks between).
 *
 * Always true: one signature stands for one id, time and body. An id has no dot and a time only digits, so no two calls
 * have the same signed text. Nothing is told of a call's time before its signature is known to be right.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

/** Seconds that a call may be older or newer than the server's clock. */
export const signatureToleranceSeconds = 300

const secretPrefix = 'whsec_'
const generatedBytes = 32
const longestSignature = 2048
const mostSignatures = 16
const messageId = /^[\w:@/=+~-]{1,256}$/

/** The headers of a call; `null` where there is none. */
export interface SignatureHeaders {
  readonly id: string | null
  readonly timestamp: string | null
  readonly signature: string | null
}

/** A call that its sender can be held to. */
export interface SignedCall {
  readonly messageId: string
  /** Epoch seconds. */
  readonly signedAt: number
}

export type SignatureCheck =
  | { readonly kind: 'valid'; readonly call: SignedCall }
  /** What is wrong, as a rule that follows the header's name. */
  | { readonly kind: 'refused'; readonly header: string; readonly rule: string }

/** A new secret, in the form that libraries of Standard Webhooks take. */
export function generateSigningSecret(): string {
  return secretPrefix + randomBytes(generatedBytes).toString('base64')
}

/** What is signed of a call. */
interface SignedText {
  readonly id: string
  /** Epoch seconds. */
  readonly timestamp: number | string
  readonly body: string | Uint8Array
}

/**
 * The value of `webhook-signature` for a call; null when the secret makes no key.
 *
 * @example
 * signatureOf(secret, { id: 'msg_1', timestamp: 1769882400, body: '{}' }) // v1,4pMv…
 */
export function signatureOf(secret: string, signed: SignedText): string | null {
  const key = keyOf(secret)
  return key.length === 0 ? null : `v1,${digestOf(key, signed).toString('base64')}`
}

function digestOf(key: Buffer, { id, timestamp, body }: SignedText): Buffer {
  return createHmac('sha256', key).update(`${id}.${timestamp}.`).update(body).digest()
}

/** Whether a message id can be told from the rest of the signed text. */
export function isMessageId(text: string): boolean {
  return messageId.test(text)
}

/**
 * @param body the bytes as they came
 * @param now epoch milliseconds
 * @example
 * checkSignature(secret, headers, body, Date.now()) // { kind: 'valid', call: { messageId: 'msg_1', signedAt: 1769882400 } }
 */
export function checkSignature(
  secret: string,
  { id, timestamp, signature }: SignatureHeaders,
  body: Uint8Array,
  now: number,
): SignatureCheck {
  if (id === null || !isMessageId(id)) {
    return refused('webhook-id', 'must be there, once, with 1 to 256 letters, digits and _ : @ / = + ~ -')
  }
  if (timestamp === null || !/^\d{1,12}$/.test(timestamp)) {
    return refused('webhook-timestamp', 'must be there, once, as whole seconds since 1970')
  }
  const signatures = signaturesOf(signature)
  if (signatures === null) return refused('webhook-signature', 'must be there as "v1,<base64>", at most 16 of them')
  const key = keyOf(secret)
  const right = digestOf(key, { id, timestamp, body })
  // Every one is compared, so that the time does not tell which of them was close.
  const matches = signatures.filter((given) => given.length === right.length && timingSafeEqual(given, right))
  // With an empty key anybody could sign.
  if (key.length === 0 || matches.length === 0) {
    return refused('webhook-signature', 'is not that of this id, timestamp and body with the secret of this hook')
  }
  const signedAt = Number(timestamp)
  if (Math.abs(now / 1000 - signedAt) > signatureToleranceSeconds) {
    return refused(
      'webhook-timestamp',
      `is more than ${signatureToleranceSeconds} s away from the clock of the server, ${new Date(now).toISOString()}`,
    )
  }
  return { kind: 'valid', call: { messageId: id, signedAt } }
}

const refused = (header: string, rule: string): SignatureCheck => ({ kind: 'refused', header, rule })

/** A secret without the prefix is the key as it is, so that any text can be one. */
function keyOf(secret: string): Buffer {
  return secret.startsWith(secretPrefix)
    ? Buffer.from(secret.slice(secretPrefix.length), 'base64')
    : Buffer.from(secret, 'utf8')
}

/** Those of the version that we know; others may stand beside them while a sender changes over. */
function signaturesOf(header: string | null): Buffer[] | null {
  if (header === null || header.length > longestSignature) return null
  const parts = header.split(' ').filter((part) => part !== '')
  if (parts.length > mostSignatures) return null
  const known = parts.filter((part) => part.startsWith('v1,')).map((part) => Buffer.from(part.slice(3), 'base64'))
  return known.length === 0 ? null : known
}
