import type { Route } from '@cairn/contract'
import { type FilePart, type MultipartBody, multipartBody } from './multipart-body.ts'

/** The parts of a call, by the names of its route. */
export interface CallParts {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: Readonly<Record<string, unknown>> | undefined
  readonly body?: unknown
  readonly files?: readonly FilePart[] | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

/** A request that can be sent any number of times. */
export interface PreparedRequest {
  readonly method: Route['method']
  readonly url: string
  readonly contentType: string | null
  readonly headers?: Readonly<Record<string, string>> | undefined
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

function multipartOf(parts: CallParts): MultipartBody {
  const boundary = crypto.randomUUID().replaceAll('-', '')
  return multipartBody(parts.files ?? [], isRecord(parts.body) ? parts.body : {}, boundary)
}

/**
 * The request of a call by its route. Pure but for the boundary.
 *
 * @param baseUrl - without a slash at its end.
 * @throws TypeError when a path parameter is missing.
 */
export function buildRequest(baseUrl: string, route: Route, parts: CallParts): PreparedRequest {
  const url = `${baseUrl}${pathOf(route.path, parts.params ?? {})}${queryOf(parts.query ?? {})}`
  const { method } = route
  if (route.bodyKind === 'multipart') {
    const { contentType, blob } = multipartOf(parts)
    return { method, url, contentType, body: blob }
  }
  if (route.bodyKind === 'none') return { method, url, contentType: null, body: null }
  // What is signed is sent as it is: nothing stands in for a body that is not there.
  const body = JSON.stringify(route.bodyKind === 'bytes' ? parts.body : (parts.body ?? {})) ?? null
  return { method, url, contentType: 'application/json', headers: parts.headers, body }
}
