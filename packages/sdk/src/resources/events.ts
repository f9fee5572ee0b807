import type { EventsReady, FollowEventsQuery, ResourceEvent } from '@cairn/contract'
import { CairnApiError, CairnConnectionError, CairnTimeoutError } from '../errors.ts'
import { pause } from '../transport/pause.ts'
import { readEvents } from '../transport/read-events.ts'
import type { Transport } from '../transport/transport.ts'

/**
 * What a stream of events tells. `ready`: from now on nothing is missed; where `resumed` is false, changes of before may have
 * been, so read again what you show. It comes first, and after each break. `change`: a resource is not as it was.
 *
 * @example
 * for await (const event of client.events.follow()) {
 *   if (event.type === 'change' && event.kind === 'build') console.log(event.id, event.change)
 * }
 */
export type FollowedEvent = ({ readonly type: 'ready' } & EventsReady) | ({ readonly type: 'change' } & ResourceEvent)

/**
 * Options of following events.
 *
 * @example
 * const events = client.events.follow({ kinds: ['execution', 'step'], signal: AbortSignal.timeout(60_000) })
 */
export interface FollowOptions extends Pick<FollowEventsQuery, 'kinds'> {
  /** Ends the following; the iteration throws the signal's reason. */
  readonly signal?: AbortSignal | undefined
  /** Told whether the stream is open: false while it is being taken up again. */
  readonly onConnection?: ((open: boolean) => void) | undefined
  /** Milliseconds of silence after which the connection counts as broken. The server says something every 15 s. Default 40 000. */
  readonly silenceMs?: number | undefined
}

const firstPauseMs = 500
const longestPauseMs = 15_000

/** What changes, as it does. Got from `createClient().events`. */
export class Events {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Follows what changes in the tenant, until the signal aborts or the iteration is left. A connection that breaks, and a server
   * that is away, are waited for: the stream is taken up where it broke. Each resource is told at most twice a second.
   *
   * @throws UnauthorizedError when the token is not valid, or is not any more.
   * @example
   * for await (const event of client.events.follow({ kinds: ['build'] })) {
   *   if (event.type === 'ready' && event.resumed) continue
   *   console.log(await client.images.listImages().first())
   * }
   */
  async *follow(options: FollowOptions = {}): AsyncGenerator<FollowedEvent> {
    let after: string | undefined
    let failures = 0
    for (;;) {
      try {
        for await (const { event, id } of this.#readStream(after, options)) {
          failures = 0
          after = id ?? after
          if (event === 'reset') after = undefined
          else if (event !== null) yield event
        }
      } catch (error) {
        options.signal?.throwIfAborted()
        if (!isPassing(error)) throw error
      }
      options.onConnection?.(false)
      await pause(Math.min(firstPauseMs * 2 ** failures, longestPauseMs) * (0.5 + Math.random() / 2), options.signal)
      failures += 1
    }
  }

  /** The events of one connection; a null event only says that it is alive. */
  async *#readStream(
    after: string | undefined,
    options: FollowOptions,
  ): AsyncGenerator<{ readonly event: FollowedEvent | 'reset' | null; readonly id: string | null }> {
    const { silenceMs = 40_000, signal, kinds } = options
    const broken = new AbortController()
    const silence = (): void =>
      broken.abort(new CairnTimeoutError(`the stream of events was silent for ${silenceMs} ms`))
    let timer = setTimeout(silence, silenceMs)
    const ends = signal === undefined ? broken.signal : AbortSignal.any([signal, broken.signal])
    try {
      const query = { ...(kinds !== undefined && { kinds }), ...(after !== undefined && { after }) }
      const stream = await this.#transport.call('followEvents', { query }, { signal: ends })
      options.onConnection?.(true)
      for await (const { event, data, id } of readEvents(stream)) {
        clearTimeout(timer)
        timer = setTimeout(silence, silenceMs)
        yield { event: followedEvent(event, data), id }
      }
    } finally {
      clearTimeout(timer)
      broken.abort()
    }
  }
}

function followedEvent(event: string, data: string): FollowedEvent | 'reset' | null {
  if (event === 'reset') return 'reset'
  if (data === '' || (event !== 'ready' && event !== 'change')) return null
  // The server writes them by the shapes of the contract.
  return { type: event, ...JSON.parse(data) } as FollowedEvent
}

/** Whether trying again may help: the server is away, or has too many streams, or the connection broke in the middle. */
function isPassing(error: unknown): boolean {
  if (error instanceof CairnApiError) return error.status === 429 || error.status >= 500
  return error instanceof CairnConnectionError || error instanceof CairnTimeoutError || error instanceof TypeError
}
