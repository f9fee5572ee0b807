/**
 * Sends the operations of the route table. Invariants: a call is repeated only as `retry-policy.ts` allows; the deadline
 * of a call spans all its attempts and waits; no timer or listener outlives its call.
 */
import {
  type AnswerOf,
  type BodyOf,
  type OperationId,
  type ParamsOf,
  type QueryOf,
  type Route,
  type Routes,
  routes,
} from '@cairn/contract'
import { CairnApiError, CairnConnectionError, CairnTimeoutError } from '../errors.ts'
import { type CallParts, type PreparedRequest, buildRequest } from './build-request.ts'
import { CountedBlob, type FilePart, type OnProgress } from './multipart-body.ts'
import { pause } from './pause.ts'
import { readRefusal } from './read-refusal.ts'
import { type RetryPolicy, type Trouble, mayHaveBeenSent, retryDelayMs } from './retry-policy.ts'

/** Options of every call. */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that the call may take, retries included. */
  readonly timeoutMs?: number | undefined
}

/** Options of calls that upload. */
export interface UploadOptions extends CallOptions {
  /** Told how much of the body has been handed to the connection. */
  readonly onProgress?: OnProgress | undefined
}

/** Bytes from the server: iterate over the chunks, or take the stream. Must be read to its end or cancelled. */
export interface Download extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Null when the server does not say. */
  readonly sizeBytes: number | null
}

type Given<Key extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Key]?: undefined }
  : { readonly [K in Key]: Value }

/** What an operation takes. */
export type InputOf<Id extends OperationId> = Given<'params', ParamsOf<Routes[Id]>> &
  Given<'query', QueryOf<Routes[Id]>> &
  Given<'body', BodyOf<Routes[Id]>> & {
    readonly files?: readonly FilePart[]
    readonly headers?: Readonly<Record<string, string>>
  }

export interface Transport {
  /** Calls an operation that answers JSON. */
  call<Id extends OperationId>(id: Id, input: InputOf<Id>, options?: UploadOptions): Promise<AnswerOf<Routes[Id]>>
  /** Calls an operation that answers bytes. */
  download<Id extends OperationId>(id: Id, input: InputOf<Id>, options?: CallOptions): Promise<Download>
  /** Reads a link that the server handed out. No token is sent. */
  openLink(url: string, options?: CallOptions): Promise<Download>
}

export interface TransportSettings {
  readonly baseUrl: string
  readonly token: string
  readonly fetch: typeof fetch
  readonly timeoutMs: number
  readonly uploadTimeoutMs: number
  readonly retry: RetryPolicy
}

/** A call on its way. */
interface Sending {
  readonly operation: string
  readonly request: PreparedRequest
  readonly authorization: string | null
  readonly signal: AbortSignal
  readonly onProgress: OnProgress | undefined
}

export function createTransport(settings: TransportSettings): Transport {
  const authorization = /^Bearer /i.test(settings.token) ? settings.token : `Bearer ${settings.token}`

  async function send<T>(
    operation: string,
    request: PreparedRequest,
    work: { options: UploadOptions; authorization: string | null; read: (response: Response) => Promise<T> },
  ): Promise<T> {
    const { options, read } = work
    const fallback = request.body instanceof Blob ? settings.uploadTimeoutMs : settings.timeoutMs
    return withDeadline(operation, { timeoutMs: fallback, ...given(options) }, async (signal) => {
      const sending = { operation, request, authorization: work.authorization, signal, onProgress: options.onProgress }
      return repeat(settings, sending, read)
    })
  }

  return {
    call: async (id, input, options = {}) => {
      const route: Route = routes[id]
      const request = buildRequest(settings.baseUrl, route, partsOf(input))
      // A webhook has its own token, in the path.
      const proof = route.auth === 'token' ? authorization : null
      const text = await send(id, request, { options, authorization: proof, read: (response) => response.text() })
      return parseAnswer(id, text)
    },
    download: async (id, input, options = {}) => {
      const request = buildRequest(settings.baseUrl, routes[id], partsOf(input))
      return send(id, request, { options, authorization, read: toDownload(options.signal) })
    },
    openLink: async (url, options = {}) => {
      const request: PreparedRequest = { method: 'GET', url, contentType: null, body: null }
      return send('openLink', request, { options, authorization: null, read: toDownload(options.signal) })
    },
  }
}

/** The generic input of an operation has the keys of {@link CallParts}, which TypeScript cannot see through its generics. */
function partsOf(input: object): CallParts {
  return input
}

function given(options: CallOptions): CallOptions {
  return options.timeoutMs === undefined ? { signal: options.signal } : options
}

async function withDeadline<T>(
  operation: string,
  options: CallOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal, timeoutMs = 0 } = options
  signal?.throwIfAborted()
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  const timer = setTimeout(() => {
    controller.abort(new CairnTimeoutError(`${operation} took longer than ${timeoutMs} ms`))
  }, timeoutMs)
  try {
    return await work(controller.signal)
  } catch (error) {
    if (controller.signal.aborted) throw controller.signal.reason
    throw error
  } finally {
    clearTimeout(timer)
    signal?.removeEventListener('abort', onAbort)
  }
}

async function repeat<T>(
  settings: TransportSettings,
  sending: Sending,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const reads = sending.request.method === 'GET'
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptOnce(settings, sending, read)
    } catch (error) {
      const trouble = troubleOf(error)
      const delay = trouble && retryDelayMs(settings.retry, trouble, { reads, attempt, random: Math.random() })
      if (delay === null || sending.signal.aborted) throw error
      await pause(delay, sending.signal)
    }
  }
}

function troubleOf(error: unknown): Trouble | null {
  if (error instanceof CairnConnectionError) return { kind: 'connection', sent: error.sent }
  if (!(error instanceof CairnApiError)) return null
  return { kind: 'answer', status: error.status, retryAfterSeconds: error.retryAfterSeconds }
}

async function attemptOnce<T>(
  settings: TransportSettings,
  sending: Sending,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { operation, request, signal } = sending
  const response = await fetchOnce(settings, sending).catch((cause: unknown) => {
    if (signal.aborted) throw signal.reason
    const sent = mayHaveBeenSent(cause)
    const what = sent ? 'was cut off before its answer' : `could not reach ${new URL(request.url).origin}`
    throw new CairnConnectionError(`${operation} ${what}`, { sent, operation, cause })
  })
  try {
    if (!response.ok) throw readRefusal(operation, response, await response.text())
    return await read(response)
  } catch (cause) {
    if (cause instanceof CairnApiError || signal.aborted) throw cause
    throw new CairnConnectionError(`the answer to ${operation} was cut off`, { sent: true, operation, cause })
  }
}

async function fetchOnce(settings: TransportSettings, sending: Sending): Promise<Response> {
  const { request, authorization, signal, onProgress } = sending
  const headers = new Headers({ ...request.headers, accept: 'application/json, */*' })
  if (authorization !== null) headers.set('authorization', authorization)
  if (request.contentType !== null) headers.set('content-type', request.contentType)
  // A write must not be turned into a read by a redirect.
  const redirect = request.method === 'GET' ? 'follow' : 'error'
  const init = { method: request.method, headers, redirect, signal } as const
  if (!(request.body instanceof Blob) || onProgress === undefined) {
    return settings.fetch(request.url, { ...init, body: request.body })
  }
  const totalBytes = request.body.size
  const response = await settings.fetch(request.url, { ...init, body: new CountedBlob(request.body, onProgress) })
  onProgress({ phase: 'upload', bytes: totalBytes, totalBytes })
  return response
}

/** An answer without a body counts as `{}`. */
function parseAnswer<Id extends OperationId>(id: Id, text: string): AnswerOf<Routes[Id]> {
  try {
    // The route table says what this operation answers; the server serialises by the same table.
    return (text.trim() === '' ? {} : JSON.parse(text)) as AnswerOf<Routes[Id]>
  } catch (cause) {
    const message = `the answer to ${id} is not JSON: is baseUrl the address of a Cairn server?`
    throw new CairnConnectionError(message, { sent: true, operation: id, cause })
  }
}

function toDownload(signal: AbortSignal | undefined): (response: Response) => Promise<Download> {
  return async (response) => {
    const length = response.headers.get('content-length')
    const sizeBytes = length === null || response.headers.has('content-encoding') ? null : Number(length)
    const stream = response.body ?? new Blob([]).stream()
    // The call is over when the stream is handed out; the caller's signal ends the stream as well.
    const held = signal === undefined ? stream : stream.pipeThrough(new TransformStream(), { signal })
    return { stream: held, sizeBytes, [Symbol.asyncIterator]: () => chunksOf(held) }
  }
}

/** Not every browser can iterate over a stream itself. */
async function* chunksOf(stream: Download['stream']): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = stream.getReader()
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}
