/**
 * One open stream of changes. Always true: what waits to be told is one change for each resource, at most `mostWaiting` of them;
 * a reader that is slower than that is told to start again and let go.
 */
import type { ResourceKind } from '@cairn/contract'
import type { TenantChange } from '@cairn/store'
import { type Changes, mergeChange } from './merge-changes.ts'

/** What a stream is told next. `position` is where it can be taken up again. */
export type FeedMessage =
  | { readonly kind: 'ready'; readonly resumed: boolean; readonly position: string }
  | { readonly kind: 'changes'; readonly changes: readonly TenantChange[]; readonly position: string }
  | { readonly kind: 'quiet'; readonly position: string }
  /** Changes were lost; the last message. */
  | { readonly kind: 'reset' }

export interface ListenerOptions {
  readonly tenantId: string
  readonly callerId: string
  /** null = all. */
  readonly kinds: ReadonlySet<ResourceKind> | null
  readonly mostWaiting: number
  /** Aborts when the client has left or the server stops. */
  readonly left: AbortSignal
}

export class ChangeListener {
  readonly tenantId: string
  readonly callerId: string
  readonly #options: ListenerOptions
  readonly #waiting: Changes = new Map()
  #ready: { readonly resumed: boolean } | null = null
  #isTold = false
  #isReset = false
  #position = ''
  #wake: () => void = () => undefined

  constructor(options: ListenerOptions) {
    this.#options = options
    this.tenantId = options.tenantId
    this.callerId = options.callerId
  }

  /** Whether it has a position from which on nothing is missed. */
  get isReady(): boolean {
    return this.#ready !== null
  }

  /** From now on it is told everything that changes after `position`. */
  begin(position: string, resumed: boolean): void {
    this.#position = position
    this.#ready = { resumed }
    this.#wake()
  }

  /** Tells what changed up to `position`. */
  tell(changes: readonly TenantChange[], position: string): void {
    if (this.#isReset) return
    const { kinds, tenantId, mostWaiting } = this.#options
    for (const change of changes) {
      if (change.tenantId === tenantId && (kinds === null || kinds.has(change.kind))) mergeChange(this.#waiting, change)
    }
    this.#position = position
    if (this.#waiting.size > mostWaiting) this.reset()
    else if (this.#waiting.size > 0) this.#wake()
  }

  reset(): void {
    this.#isReset = true
    this.#waiting.clear()
    this.#wake()
  }

  /** What is to be told, waiting for it at most so many milliseconds; null = the stream is over. */
  async next(atMostMs: number): Promise<FeedMessage | null> {
    const found = this.#take()
    if (found !== null || this.#options.left.aborted) return this.#options.left.aborted ? null : found
    await this.#woken(atMostMs)
    if (this.#options.left.aborted) return null
    return this.#take() ?? { kind: 'quiet', position: this.#position }
  }

  #take(): FeedMessage | null {
    if (this.#isReset) return { kind: 'reset' }
    if (this.#ready === null) return null
    const position = this.#position
    if (!this.#isTold) {
      this.#isTold = true
      return { kind: 'ready', resumed: this.#ready.resumed, position }
    }
    if (this.#waiting.size === 0) return null
    const changes = [...this.#waiting.values()]
    this.#waiting.clear()
    return { kind: 'changes', changes, position }
  }

  #woken(atMostMs: number): Promise<void> {
    const { left } = this.#options
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer)
        left.removeEventListener('abort', wake)
        this.#wake = () => undefined
        resolve()
      }
      const timer = setTimeout(wake, atMostMs)
      left.addEventListener('abort', wake, { once: true })
      this.#wake = wake
    })
  }
}
