/** Signatures of webhook calls as Standard Webhooks has them. */

const secretPrefix = 'whsec_'

/** A secret without the prefix is the key as it is. */
function keyOf(secret: string): Uint8Array<ArrayBuffer> {
  if (!secret.startsWith(secretPrefix)) return new TextEncoder().encode(secret)
  return Uint8Array.from(atob(secret.slice(secretPrefix.length)), (character) => character.charCodeAt(0))
}

/**
 * The headers that prove a call. A call that is sent again is signed again, with the same id and the time of then.
 *
 * @param now epoch milliseconds
 */
export async function signWebhookCall(
  secret: string,
  call: { readonly messageId: string; readonly body: string },
  now: number,
): Promise<Record<string, string>> {
  const timestamp = String(Math.floor(now / 1000))
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', keyOf(secret), algorithm, false, ['sign'])
  const text = new TextEncoder().encode(`${call.messageId}.${timestamp}.${call.body}`)
  const signature = String.fromCharCode(...new Uint8Array(await crypto.subtle.sign('HMAC', key, text)))
  return { 'webhook-id': call.messageId, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${btoa(signature)}` }
}
