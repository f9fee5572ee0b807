/** One call of a webhook. The status of the answer decides; its body is neither read nor kept. */
import { type DeliveryOutcome, type RenderedPayload, signatureOf } from '@cairn/domain'
import type { Dispatcher } from 'undici'
import { EgressRefused } from '../execution/http/egress-guard.ts'
import { type Exchange, followRedirects, statusWords } from '../execution/http/follow-redirects.ts'
import { reasonOfFailure } from '../execution/http/send-request.ts'

export interface WebhookCall {
  /** Sent as `webhook-id`: the same at each attempt, so that receivers can drop what they have. */
  readonly deliveryId: string
  readonly url: string
  readonly payload: RenderedPayload
  /** What the call is signed with; null = it is not. */
  readonly signingSecret: string | null
  /** Epoch ms. */
  readonly now: number
}

/** Rejects only when the signal aborts. */
export type SendWebhook = (call: WebhookCall, signal: AbortSignal) => Promise<DeliveryOutcome>

const redirects = { most: 5, manner: 'unchanged' } as const

/** Bytes of an answer that are thrown away to keep the connection; of a longer one the connection is closed. */
const drainedBytes = 64 * 1024
const drainMs = 2000

export function createWebhookSender(agent: Dispatcher, timeoutMs: number): SendWebhook {
  return async (call, signal) => {
    const timeout = AbortSignal.timeout(timeoutMs)
    const transport = { agent, signal: AbortSignal.any([signal, timeout]) }
    try {
      return outcomeOf(await followRedirects(requestOf(call), redirects, transport, () => undefined), call.now)
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof EgressRefused) return { kind: 'refused', answer: null, error: error.message }
      const reason = timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : reasonOfFailure(error)
      return { kind: 'unavailable', answer: null, error: reason, retryAfterMs: null }
    }
  }
}

function requestOf({ deliveryId, url, payload, signingSecret, now }: WebhookCall) {
  const timestamp = Math.floor(now / 1000)
  const signature =
    signingSecret === null ? null : signatureOf(signingSecret, { id: deliveryId, timestamp, body: payload.text })
  return {
    method: 'post',
    url,
    headers: {
      'content-type': payload.isJson ? 'application/json' : 'text/plain; charset=utf-8',
      'user-agent': 'cairn',
      'webhook-id': deliveryId,
      'webhook-timestamp': String(timestamp),
      ...(signature !== null && { 'webhook-signature': signature }),
    },
    body: payload.text,
  }
}

/** Worth another try: overload, faults of the receiver, and what it says itself is temporary. */
function isTemporary(status: number): boolean {
  return status >= 500 || status === 408 || status === 429
}

function outcomeOf(exchange: Exchange, now: number): DeliveryOutcome {
  if (exchange.kind === 'failed') return { kind: 'refused', answer: null, error: exchange.reason }
  const { statusCode: answer, headers, body } = exchange.answer
  body.dump({ limit: drainedBytes, signal: AbortSignal.timeout(drainMs) }).catch(() => undefined)
  if (answer >= 200 && answer < 300) return { kind: 'delivered', answer }
  const error = `the receiver answered ${statusWords(answer)}`
  if (!isTemporary(answer)) return { kind: 'refused', answer, error }
  return { kind: 'unavailable', answer, error, retryAfterMs: readRetryAfter(headers['retry-after'], now) }
}

/** Seconds or a date; anything else is passed over. */
function readRetryAfter(header: string | string[] | undefined, now: number): number | null {
  if (typeof header !== 'string') return null
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(at - now, 0)
}
