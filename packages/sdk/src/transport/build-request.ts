import type { OperationFacts } from '../generated/operations.ts'
import { type FilePart, type MultipartBody, multipartBody } from './multipart-body.ts'

/** The parts of a call, by the names of its route. */
export interface CallParts {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
  readonly files?: readonly FilePart[] | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly idempotencyKey?: string | undefined
  /** Null = sent without. */
  readonly authorization?: string | null | undefined
}

/** A request that can be sent any number of times. */
export interface PreparedRequest {
  readonly method: OperationFacts['method']
  readonly url: string
  readonly headers: Headers
  readonly body: string | Blob | null
}

function pathOf(path: string, params: Readonly<Record<string, string | number>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_placeholder, name: string) => {
    const value = params[name]
    // `.` and `..` would be taken out of the path when the URL is parsed.
    if (value === undefined || value === '' || value === '.' || value === '..') {
      throw new TypeError(`${name} must be given and not be empty or a dot, got ${JSON.stringify(value)}`)
    }
    return encodeURIComponent(String(value))
  })
}

/** Lists become repeated names; `undefined`, `null` and empty lists are left out. */
function queryOf(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== undefined && item !== null) search.append(name, String(item))
    }
  }
  return search.size === 0 ? '' : `?${search}`
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

/** Not `crypto.randomUUID`, which browsers have for pages of https and of this machine alone. */
function newBoundary(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function multipartOf(parts: CallParts): MultipartBody {
  return multipartBody(parts.files ?? [], isRecord(parts.body) ? parts.body : {}, newBoundary())
}

interface Content {
  readonly type: string | null
  readonly body: string | Blob | null
}

function contentOf({ bodyKind }: OperationFacts, parts: CallParts): Content {
  if (bodyKind === 'none') return { type: null, body: null }
  if (bodyKind === 'multipart') {
    const { contentType, blob } = multipartOf(parts)
    return { type: contentType, body: blob }
  }
  // What is signed is sent as it is: nothing stands in for a body that is not there.
  const body = JSON.stringify(bodyKind === 'bytes' ? parts.body : (parts.body ?? {})) ?? null
  return { type: 'application/json', body }
}

function headersOf(parts: CallParts, contentType: string | null, writes: boolean): Headers {
  const headers = new Headers(parts.headers)
  headers.set('accept', 'application/json, */*')
  if (parts.authorization === null || parts.authorization === undefined) headers.delete('authorization')
  else headers.set('authorization', parts.authorization)
  if (contentType === null) headers.delete('content-type')
  else headers.set('content-type', contentType)
  if (writes && parts.idempotencyKey !== undefined) headers.set('idempotency-key', parts.idempotencyKey)
  return headers
}

/**
 * The request of a call of an operation. Pure but for the boundary.
 *
 * @param baseUrl - without a slash at its end.
 * @throws TypeError when a path parameter is missing.
 */
export function buildRequest(baseUrl: string, operation: OperationFacts, parts: CallParts): PreparedRequest {
  const url = `${baseUrl}${pathOf(operation.path, parts.params ?? {})}${queryOf(parts.query ?? {})}`
  const { type, body } = contentOf(operation, parts)
  return {
    method: operation.method,
    url,
    headers: headersOf(parts, type, operation.method !== 'GET'),
    body,
  }
}
