import type { AnswerSink } from './answer-relay.ts'
import type { Outbox } from './outbox.ts'
import type { Refusal } from '../refusal.ts'
import type { PlainRequest } from './read-head.ts'

/** What a connection needs to know of a request under way. */
export interface UnderWay {
  clientReady(): void
  clientGone(): void
}

/** Who serves plain requests. */
export interface PlainPath {
  /** Begins a request; null = it is none for this path. `onEnd` is called once, never before `begin` has returned. */
  begin(request: PlainRequest, client: PlainClient, onEnd: (ending: Ending) => void): UnderWay | null
}

export type PlainClient = AnswerSink & {
  readonly isReady: boolean
  readonly address: string
  /** Gathers what connections send. */
  readonly outbox: Outbox
  /** Sends what was gathered, at the end of this turn at the latest. */
  flush(): void
}

export type Ending =
  /** The answer is whole. */
  | { readonly kind: 'answered'; readonly status: number }
  /** No answer has begun; the client is to get this one. */
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** The answer broke off. */
  | { readonly kind: 'broken' }
  /** Nothing was sent to the instance. */
  | { readonly kind: 'unsent' }
