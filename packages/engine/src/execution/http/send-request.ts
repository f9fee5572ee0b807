/** One request of an http step, its redirects and its limits. Everything that can go wrong is a value. */
import type { Dispatcher } from 'undici'
import { EgressRefused } from './egress-guard.ts'
import { followRedirects, type OnExchange, type OutgoingRequest, statusWords } from './follow-redirects.ts'

export interface SendLimits {
  /** For everything together: redirects and the whole body. */
  readonly timeoutMs: number
  /** From when the time counts, by `performance.now()`. */
  readonly startedAt: number
  readonly maxBodyBytes: number
  readonly maxRedirects: number
}

export type SendResult =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Body }
  /** `isFinal`: the same request would fail again. */
  | { readonly kind: 'failed'; readonly reason: string; readonly isFinal: boolean }

/** `too_large`: more than the limit; the rest was not read. */
export type Body = { readonly kind: 'whole'; readonly bytes: Buffer } | { readonly kind: 'too_large' }

/** Rejects only when `signal` aborts. */
export async function sendRequest(
  outgoing: OutgoingRequest,
  limits: SendLimits,
  transport: { readonly agent: Dispatcher; readonly signal: AbortSignal },
  onExchange: OnExchange,
): Promise<SendResult> {
  const deadline = new AbortController()
  const timer = setTimeout(() => deadline.abort(), limits.startedAt + limits.timeoutMs - performance.now())
  const abort = () => deadline.abort()
  transport.signal.addEventListener('abort', abort, { once: true })
  try {
    transport.signal.throwIfAborted()
    return await exchange(outgoing, limits, { agent: transport.agent, signal: deadline.signal }, onExchange)
  } catch (error) {
    transport.signal.throwIfAborted()
    if (deadline.signal.aborted)
      return { kind: 'failed', reason: `timed out after ${limits.timeoutMs / 1000} s`, isFinal: false }
    return { kind: 'failed', reason: reasonOfFailure(error), isFinal: error instanceof EgressRefused }
  } finally {
    clearTimeout(timer)
    transport.signal.removeEventListener('abort', abort)
  }
}

async function exchange(
  outgoing: OutgoingRequest,
  limits: SendLimits,
  transport: { readonly agent: Dispatcher; readonly signal: AbortSignal },
  onExchange: OnExchange,
): Promise<SendResult> {
  const rules = { most: limits.maxRedirects, manner: 'as_browsers' } as const
  const end = await followRedirects(outgoing, rules, transport, onExchange)
  if (end.kind === 'failed') return { ...end, isFinal: true }
  const readFrom = performance.now()
  const status = end.answer.statusCode
  const body = await readBody(end.answer.body, limits.maxBodyBytes)
  onExchange(describeAnswer(status, body, end.elapsedMs + performance.now() - readFrom))
  return { kind: 'answered', status, body }
}

async function readBody(stream: Dispatcher.ResponseData['body'], maxBytes: number): Promise<Body> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of stream) {
    const bytes: Buffer = Buffer.from(chunk)
    size += bytes.length
    // Leaving the loop destroys the stream and with it the connection.
    if (size > maxBytes) return { kind: 'too_large' }
    chunks.push(bytes)
  }
  return { kind: 'whole', bytes: Buffer.concat(chunks) }
}

function describeAnswer(status: number, body: Body, elapsedMs: number): string {
  const size = body.kind === 'whole' ? `${body.bytes.length} bytes` : 'larger than the limit'
  return `${statusWords(status)}, ${size}, ${Math.round(elapsedMs)} ms`
}

/** What went wrong, in words for the user. */
export function reasonOfFailure(error: unknown): string {
  if (error instanceof EgressRefused) return error.message
  if (!(error instanceof Error)) return 'the request failed'
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  return `the request failed: ${error.message === '' ? (code ?? error.name) : error.message}`
}
