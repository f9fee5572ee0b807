/** What an operation is given and gives back. The contract's route table decides both types. */
import type { Readable } from 'node:stream'
import type { AnswerOf, BodyOf, OperationId, ParamsOf, QueryOf, Routes } from '@cairn/contract'
import type { TokenHolder } from '@cairn/store'
import type { ApiContext } from './context.ts'

/** A file that was uploaded: its bytes are in the object store, nothing refers to them yet. */
export interface Upload {
  readonly sha256: string
  readonly sizeBytes: number
}

type CallerOf<Id extends OperationId> = Routes[Id]['auth'] extends 'token' ? TokenHolder : null

export interface Call<Id extends OperationId> {
  readonly caller: CallerOf<Id>
  readonly params: ParamsOf<Routes[Id]>
  readonly query: QueryOf<Routes[Id]>
  readonly body: BodyOf<Routes[Id]>
  /** null when the body had no file. */
  readonly upload: Upload | null
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal
}

export interface BinaryAnswer {
  readonly content: Readable
  /** null = not known before the end. */
  readonly sizeBytes: number | null
  readonly fileName: string
}

export type Answer<Id extends OperationId> = Routes[Id]['response']['kind'] extends 'binary'
  ? BinaryAnswer
  : AnswerOf<Routes[Id]>

/** One use case. Refusals are thrown as `CairnError`. */
export type Operation<Id extends OperationId> = (context: ApiContext, call: Call<Id>) => Promise<Answer<Id>>
