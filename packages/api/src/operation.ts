/** What an operation is given and gives back. The contract's route table decides both types. */
import type { Readable } from 'node:stream'
import type { AnswerOf, BodyOf, OperationId, ParamsOf, QueryOf, Routes } from '@cairn/contract'
import type { CalledHook, TokenHolder } from '@cairn/store'
import type { ApiContext } from './context.ts'
import type { CallerBrowser } from './http/caller-browser.ts'

/** A file that was uploaded: its bytes are in the object store, nothing refers to them yet. */
export interface Upload {
  readonly sha256: string
  readonly sizeBytes: number
}

type CallerOf<Id extends OperationId> = Routes[Id]['auth'] extends 'token'
  ? TokenHolder
  : Routes[Id]['auth'] extends 'webhook'
    ? CalledHook
    : null

/** A body as it came. */
export interface RawBody {
  readonly bytes: Buffer
  /** By lower-case name. One that came several times is one text, with commas between. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export interface Call<Id extends OperationId> {
  readonly caller: CallerOf<Id>
  readonly params: ParamsOf<Routes[Id]>
  readonly query: QueryOf<Routes[Id]>
  readonly body: Routes[Id]['bodyKind'] extends 'bytes' ? RawBody : BodyOf<Routes[Id]>
  /** null when the body had no file. */
  readonly upload: Upload | null
  readonly stream: StreamOfCall
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
  readonly browser: CallerBrowser
  /** Under which the logs have the request. */
  readonly requestId: string
}

/** What an answer without an end needs of its request. */
export interface StreamOfCall {
  /** Where a stream that broke is to be taken up: the header Last-Event-ID; null = it was not sent. */
  readonly lastEventId: string | null
  /** Whether the request would still be let in. False also when the database does not answer. */
  readonly isStillAllowed: () => Promise<boolean>
}

/** Server-sent events as they go over the wire. */
export interface EventsAnswer {
  readonly content: Readable
}

export interface BinaryAnswer {
  readonly content: Readable
  /** null = not known before the end. */
  readonly sizeBytes: number | null
  readonly fileName: string
}

export type Answer<Id extends OperationId> = Routes[Id]['response']['kind'] extends 'binary'
  ? BinaryAnswer
  : Routes[Id]['response']['kind'] extends 'events'
    ? EventsAnswer
    : AnswerOf<Routes[Id]>

/** One use case. Refusals are thrown as `CairnError`. */
export type Operation<Id extends OperationId> = (context: ApiContext, call: Call<Id>) => Promise<Answer<Id>>
