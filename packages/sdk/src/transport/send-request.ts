/**
 * Sends a prepared request. Invariants: it is repeated only as `retry-policy.ts` allows; its deadline spans all attempts
 * and waits; no timer or listener outlives it.
 */
import { CairnApiError, CairnConnectionError, CairnTimeoutError } from '../errors.ts'
import type { PreparedRequest } from './build-request.ts'
import { CountedBlob, type OnProgress } from './multipart-body.ts'
import { pause } from './pause.ts'
import { readRefusal } from './read-refusal.ts'
import { type RetryPolicy, type Trouble, mayHaveBeenSent, retryDelayMs } from './retry-policy.ts'

/** How requests are sent. */
export interface SendSettings {
  readonly fetch: typeof fetch
  readonly retry: RetryPolicy
}

/** A request on its way. */
export interface Sending {
  readonly operation: string
  readonly request: PreparedRequest
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly onProgress: OnProgress | undefined
}

type Read<T> = (response: Response) => Promise<T>

/** Sends until there is an answer, and reads it, all within the deadline. */
export async function sendRequest<T>(settings: SendSettings, sending: Sending, read: Read<T>): Promise<T> {
  const { operation, timeoutMs, signal } = sending
  signal?.throwIfAborted()
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => {
    controller.abort(new CairnTimeoutError(`${operation} took longer than ${timeoutMs} ms`))
  }, timeoutMs)
  try {
    return await repeat(settings, { ...sending, signal: controller.signal }, read)
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

async function repeat<T>(settings: SendSettings, sending: Sending, read: Read<T>): Promise<T> {
  // The server does a write with a key once.
  const reads = sending.request.method === 'GET' || sending.request.headers.has('idempotency-key')
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(settings, sending, read)
    } catch (error) {
      const trouble = troubleOf(error)
      const delay = trouble && retryDelayMs(settings.retry, trouble, { reads, attempt, random: Math.random() })
      if (delay === null || sending.signal?.aborted === true) throw error
      await pause(delay, sending.signal)
    }
  }
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof CairnConnectionError) return { kind: 'connection', sent: error.sent }
  if (!(error instanceof CairnApiError)) return null
  return { kind: 'answer', status: error.status, retryAfterSeconds: error.retryAfterSeconds }
}

async function attemptOnce<T>(settings: SendSettings, sending: Sending, read: Read<T>): Promise<T> {
  const { operation, request, signal } = sending
  const response = await fetchOnce(settings, sending).catch((cause: unknown) => {
    if (signal?.aborted === true) throw signal.reason
    const sent = mayHaveBeenSent(cause)
    const what = sent ? 'was cut off before its answer' : `could not reach ${new URL(request.url).origin}`
    throw new CairnConnectionError(`${operation} ${what}`, { sent, operation, cause })
  })
  try {
    if (!response.ok) throw readRefusal(operation, response, await response.text())
    return await read(response)
  } catch (cause) {
    if (cause instanceof CairnApiError || signal?.aborted === true) throw cause
    throw new CairnConnectionError(`the answer to ${operation} was cut off`, { sent: true, operation, cause })
  }
}

async function fetchOnce(settings: SendSettings, { request, signal, onProgress }: Sending): Promise<Response> {
  // A write must not be turned into a read by a redirect.
  const redirect = request.method === 'GET' ? 'follow' : 'error'
  const init = { method: request.method, headers: request.headers, redirect, signal: signal ?? null } as const
  if (!(request.body instanceof Blob) || onProgress === undefined) {
    return settings.fetch(request.url, { ...init, body: request.body })
  }
  const totalBytes = request.body.size
  const response = await settings.fetch(request.url, { ...init, body: new CountedBlob(request.body, onProgress) })
  onProgress({ phase: 'upload', bytes: totalBytes, totalBytes })
  return response
}
