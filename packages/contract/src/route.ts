import type { TObject, TSchema } from 'typebox'
import type { ErrorCode } from './errors.ts'

/**
 * How a caller proves who it is. `signed`: by a signature in the query, for download links without a token. `webhook`: by
 * the token of a hook in the path, and by a signature where the hook asks for one.
 */
export type RouteAuth = 'token' | 'signed' | 'webhook' | 'none'

/** What a 2xx answer carries. `events`: server-sent events without an end, each with data of the schema. */
export type RouteResponse =
  | { readonly kind: 'json'; readonly status: number; readonly schema: TSchema }
  | { readonly kind: 'events'; readonly status: number; readonly schema: TSchema }
  | { readonly kind: 'binary'; readonly status: number; readonly contentType: string }

/**
 * One operation of the API: the only place that knows its method, path and shapes. Validation, serialisation, OpenAPI,
 * SDK types and the 501 of what is not built yet all come from here.
 */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** With `{name}` placeholders; served with and without a trailing slash. */
  readonly path: string
  readonly summary: string
  readonly tag: string
  readonly auth: RouteAuth
  /** Path parameters; absent when the path has none. */
  readonly params?: TObject
  readonly query?: TObject
  /** JSON body; for multipart routes the schema of the text fields, JSON-valued ones parsed. */
  readonly body?: TSchema
  /** `bytes`: the operation gets the body as it came, as signatures are over bytes; its schema is for readers only. */
  readonly bodyKind: 'none' | 'json' | 'multipart' | 'bytes'
  readonly response: RouteResponse
  /** Name of the multipart part that carries a file; absent when none is taken. */
  readonly filePart?: string
  /**
   * Whether keys that the body's schema does not name are an error or left out. Default `refused`, so that a misspelt key
   * is not lost in silence; `ignored` where clients are known to send more than they should.
   */
  readonly unknownKeys?: 'refused' | 'ignored'
  /** Beside those that any route can give. */
  readonly errors: readonly ErrorCode[]
  /** True for what Cairn adds to the reference contract. */
  readonly added?: true
}
