import type { AnswerOf, BodyOf, OperationId, ParamsOf, QueryOf, Routes } from '@cairn/contract'
import type { FilePart, OnProgress } from './multipart-body.ts'

/**
 * Options of every call.
 *
 * @example
 * const image = await client.images.describeImage(1, { timeoutMs: 5000, headers: { 'x-request-id': 'nightly-0001' } })
 */
export interface CallOptions {
  /** Ends the call; it rejects with the signal's reason. What was asked for may still happen. */
  readonly signal?: AbortSignal | undefined
  /** Milliseconds that the call may take, retries included. Default: that of the client. */
  readonly timeoutMs?: number | undefined
  /** Further headers of the request. Those that the client sets itself (authorization, content type) cannot be replaced. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * Names a write, in 1 to 255 visible ASCII characters: the server does it once within 24 hours, and answers the same to
   * each repetition. So it is repeated after cut connections, as reads are. Another request under the key is refused
   * (422). Of no meaning for reads.
   */
  readonly idempotencyKey?: string | undefined
}

/** Options of methods that make several calls: repeating such a method is safe without a key. */
export type StepwiseOptions = Omit<CallOptions, 'idempotencyKey'>

/**
 * Options of calls that upload.
 *
 * @example
 * await client.artifacts.createArtifact({ name: 'app' }, zip, {
 *   onProgress: ({ bytes, totalBytes }) => console.log(bytes, totalBytes),
 * })
 */
export interface UploadOptions extends CallOptions {
  /** Told how much of the body has been handed to the connection. Browsers report only the end. */
  readonly onProgress?: OnProgress | undefined
}

/**
 * Bytes from the server: iterate over the chunks, or take the stream. Must be read to its end or cancelled.
 *
 * @example
 * const { stream } = await client.artifacts.downloadArtifact(id)
 * const bytes = await new Response(stream).arrayBuffer()
 */
export interface Download extends AsyncIterable<Uint8Array<ArrayBuffer>> {
  /** The bytes as they come; can be read once. */
  readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>
  /** Null when the server does not say. */
  readonly sizeBytes: number | null
}

/** A key that may be left out when there is nothing in it that must be given. */
type Part<Key extends string, Value> = [Value] extends [undefined]
  ? { readonly [K in Key]?: undefined }
  : object extends Value
    ? { readonly [K in Key]?: Value }
    : { readonly [K in Key]: Value }

/**
 * What is given to a call, which only reads it: also constants (`as const`) and lists that must not change fit.
 *
 * @example
 * const steps = { train: { imageId: 1, command: 'python3 train.py', parents: [] } } as const
 * const body: Given<WorkflowBody> = { name: 'nightly', steps }
 */
export type Given<T> = T extends readonly (infer Item)[]
  ? readonly Given<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Given<T[Key]> }
    : T

/**
 * What an operation takes, by its name in the contract: path parameters, query, body and files.
 *
 * @example
 * const input: InputOf<'describeImage'> = { params: { imageId: 1 } }
 */
export type InputOf<Id extends OperationId> = Part<'params', ParamsOf<Routes[Id]>> &
  Part<'query', QueryOf<Routes[Id]>> &
  Part<'body', Given<BodyOf<Routes[Id]>>> & {
    /** Files of an operation that uploads. */
    readonly files?: readonly FilePart[]
  }

/** The answer of an operation: its JSON, or a {@link Download}. */
export type OutputOf<Id extends OperationId> = Routes[Id]['response'] extends { readonly kind: 'binary' | 'events' }
  ? Download
  : AnswerOf<Routes[Id]>

/**
 * An answer with all that came with it.
 *
 * @example
 * const { status, requestId, body } = await client.raw('listImages')
 */
export interface RawAnswer<Id extends OperationId> {
  /** The status of success, e.g. 201. Refusals are thrown, as by every method. */
  readonly status: number
  /** The headers of the answer. */
  readonly headers: Headers
  /** Under which the server log has the request; null when the answer names none. */
  readonly requestId: string | null
  /** What the method of the same name returns. */
  readonly body: OutputOf<Id>
}
