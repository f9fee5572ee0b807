/** Calls the operations of the contract by their names, and reads their answers. */
import type { OperationId } from '@cairn/contract'
import { CairnConnectionError } from '../errors.ts'
import { operations } from '../generated/operations.ts'
import { type CallParts, type PreparedRequest, buildRequest } from './build-request.ts'
import type { CallOptions, Download, InputOf, OutputOf, RawAnswer, UploadOptions } from './call-options.ts'
import { type SendSettings, sendRequest } from './send-request.ts'

export interface Transport {
  /** Calls an operation; answers with its JSON, or with a download where the operation answers bytes. */
  call<Id extends OperationId>(id: Id, input: InputOf<Id>, options?: UploadOptions): Promise<OutputOf<Id>>
  /** The same with status and headers. */
  raw<Id extends OperationId>(id: Id, input: InputOf<Id>, options?: UploadOptions): Promise<RawAnswer<Id>>
  /** Reads a link that the server handed out. No token is sent. */
  openLink(url: string, options?: CallOptions): Promise<Download>
}

export interface TransportSettings extends SendSettings {
  readonly baseUrl: string
  readonly proof: { readonly kind: 'token'; readonly token: string } | { readonly kind: 'cookie' }
  readonly timeoutMs: number
  readonly uploadTimeoutMs: number
  /** Ends every call; null = each has its own alone. */
  readonly signal: AbortSignal | null
}

export function createTransport(settings: TransportSettings): Transport {
  const bearer = settings.proof.kind === 'token' ? bearerOf(settings.proof.token) : null
  const ownHeaders = settings.proof.kind === 'cookie' ? ownPageHeaders : {}

  function send<T>(
    operation: string,
    request: PreparedRequest,
    { options, read }: { options: UploadOptions; read: (response: Response) => Promise<T> },
  ): Promise<T> {
    const fallback = request.body instanceof Blob ? settings.uploadTimeoutMs : settings.timeoutMs
    const { signal, onProgress, timeoutMs = fallback } = options
    return sendRequest(settings, { operation, request, timeoutMs, signal, onProgress }, read)
  }

  function withOwnSignal(options: UploadOptions): UploadOptions {
    if (settings.signal === null) return options
    return { ...options, signal: AbortSignal.any([settings.signal, ...(options.signal ? [options.signal] : [])]) }
  }

  async function raw<Id extends OperationId>(
    id: Id,
    input: InputOf<Id>,
    given: UploadOptions = {},
  ): Promise<RawAnswer<Id>> {
    const options = withOwnSignal(given)
    const operation = operations[id]
    // A webhook has its own token, in the path.
    const authorization = operation.auth === 'token' ? bearer : null
    const request = buildRequest(settings.baseUrl, operation, {
      ...partsOf(input),
      ...options,
      headers: { ...options.headers, ...ownHeaders },
      authorization,
    })
    const read = async (
      response: Response,
    ): Promise<{ status: number; headers: Headers; content: Download | string }> => ({
      status: response.status,
      headers: response.headers,
      content: operation.answers !== 'json' ? toDownload(response, options.signal) : await response.text(),
    })
    const { status, headers, content } = await send(id, request, { options, read })
    // The table says what this operation answers; the server serialises by the same table.
    const body = (typeof content === 'string' ? parseAnswer(id, content) : content) as OutputOf<Id>
    return { status, headers, requestId: headers.get('x-request-id'), body }
  }

  return {
    raw,
    call: async (id, input, options) => (await raw(id, input, options)).body,
    openLink: async (url, given = {}) => {
      const options = withOwnSignal(given)
      const headers = new Headers({ ...options.headers, accept: '*/*' })
      const request: PreparedRequest = { method: 'GET', url, headers, body: null }
      return send('openLink', request, { options, read: async (response) => toDownload(response, options.signal) })
    },
  }
}

const bearerOf = (token: string): string => (/^Bearer /i.test(token) ? token : `Bearer ${token}`)

/** Pages of other origins cannot send this, so the server takes a session for what it is. */
const ownPageHeaders = { 'x-cairn-csrf': '1' } as const

/** The generic input of an operation has the keys of {@link CallParts}, which TypeScript cannot see through its generics. */
function partsOf(input: object): CallParts {
  return input
}

/** An answer without a body counts as `{}`. */
function parseAnswer(operation: string, text: string): unknown {
  try {
    return text.trim() === '' ? {} : JSON.parse(text)
  } catch (cause) {
    const message = `the answer to ${operation} is not JSON: is baseUrl the address of a Cairn server?`
    throw new CairnConnectionError(message, { sent: true, operation, cause })
  }
}

function toDownload(response: Response, signal: AbortSignal | undefined): Download {
  const length = response.headers.get('content-length')
  const sizeBytes = length === null || response.headers.has('content-encoding') ? null : Number(length)
  const stream = response.body ?? new Blob([]).stream()
  // The call is over when the stream is handed out; the caller's signal ends the stream as well.
  const held = signal === undefined ? stream : stream.pipeThrough(new TransformStream(), { signal })
  return { stream: held, sizeBytes, [Symbol.asyncIterator]: () => chunksOf(held) }
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
