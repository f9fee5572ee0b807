/**
 * What changes, for everybody of this process who follows it, by one look at a time.
 *
 * Always true: while somebody follows, and for a while after the last one left, the changes of all watched tenants since a
 * tenant's first look are in `#kept`, up to a bound; so a stream that broke is taken up by its position without a gap. A
 * position names this feed and one of its looks: one of another process, of before the bound, or of a tenant that was not
 * watched all the time since is answered with `resumed: false`, and its client reads again.
 *
 * A follower is ready after the first look that began after it came, so what it reads then is as new as the stream.
 */
import { randomBytes } from 'node:crypto'
import { CairnError, type ResourceKind } from '@cairn/contract'
import {
  type ChangePosition,
  type Db,
  passChanges,
  readChangePosition,
  readChanges,
  type TenantChange,
} from '@cairn/store'
import { ChangeListener, type FeedMessage } from './change-listener.ts'
import { type Changes, mergeChange } from './merge-changes.ts'
import { RunWatch } from './run-watch.ts'

export interface FeedLimits {
  /** Milliseconds from the end of a look to the next one; each resource is told at most once in that time. */
  readonly lookEveryMs: number
  /** Milliseconds without a change after which a stream says that it is alive, and its caller is looked at again. */
  readonly heartbeatMs: number
  /** Milliseconds between two looks at whether a reader takes what is sent; who takes nothing in between is let go. */
  readonly stalledMs: number
  /** Milliseconds for which a tenant is watched after its last stream has ended. */
  readonly lingerMs: number
  readonly streamsOfCaller: number
  readonly streamsOfTenant: number
  /** Changes that may wait for a slow reader. */
  readonly mostWaiting: number
  /** Changes that are kept for streams that broke. */
  readonly mostKept: number
}

export const defaultFeedLimits: FeedLimits = {
  lookEveryMs: 500,
  heartbeatMs: 15_000,
  stalledMs: 30_000,
  lingerMs: 60_000,
  streamsOfCaller: 20,
  streamsOfTenant: 200,
  mostWaiting: 2000,
  mostKept: 10_000,
}

export interface ChangeFeedOptions {
  readonly db: Db
  readonly limits: FeedLimits
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal
}

export interface FollowRequest {
  readonly tenantId: string
  /** The token or user that follows. */
  readonly callerId: string
  /** Asked from time to time. */
  readonly isStillAllowed: () => Promise<boolean>
  /** null = all. */
  readonly kinds: ReadonlySet<ResourceKind> | null
  /** The position of the last message that was seen; null = none was. */
  readonly after: string | null
  /** Aborts when the client goes away. */
  readonly gone: AbortSignal
}

interface Watched {
  /** The look from which on its changes are kept; null = it has not been looked at. */
  since: number | null
  /** By the monotonic clock. */
  wantedAt: number
}

export class ChangeFeed {
  readonly #options: ChangeFeedOptions
  readonly #id = randomBytes(6).toString('hex')
  readonly #listeners = new Map<ChangeListener, string | null>()
  readonly #tenants = new Map<string, Watched>()
  readonly #runs: RunWatch
  #kept: { readonly look: number; readonly change: TenantChange }[] = []
  /** Changes up to this look may be gone. */
  #keptAfter = 0
  #look = 0
  #position: ChangePosition | null = null
  #timer: NodeJS.Timeout | null = null
  #isLooking = false

  constructor(options: ChangeFeedOptions) {
    this.#options = options
    this.#runs = new RunWatch(options.db)
    options.stopping.addEventListener('abort', () => this.#stop(), { once: true })
  }

  /** How many streams are open. */
  get open(): number {
    return this.#listeners.size
  }

  /**
   * The messages of a stream. It ends when the client leaves, the server stops, the caller is not let in any more, or after a reset.
   *
   * @throws {CairnError} `rate_limited` at once, not by the stream, when the caller or tenant has too many
   */
  follow(request: FollowRequest): AsyncGenerator<FeedMessage> {
    this.#refuseTooMany(request)
    const left = AbortSignal.any([request.gone, this.#options.stopping])
    const { mostWaiting } = this.#options.limits
    const listener = new ChangeListener({ ...request, mostWaiting, left })
    this.#listeners.set(listener, request.after)
    const leave = (): void => this.#leave(listener)
    if (left.aborted) leave()
    else left.addEventListener('abort', leave, { once: true })
    this.#watch(listener.tenantId)
    return this.#messages(listener, { isStillAllowed: request.isStillAllowed, leave })
  }

  async *#messages(
    listener: ChangeListener,
    { isStillAllowed, leave }: { readonly isStillAllowed: () => Promise<boolean>; readonly leave: () => void },
  ): AsyncGenerator<FeedMessage> {
    const { heartbeatMs } = this.#options.limits
    let checkedAt = performance.now()
    try {
      for (;;) {
        const message = await listener.next(heartbeatMs)
        if (message === null) return
        if (performance.now() - checkedAt >= heartbeatMs) {
          if (!(await isStillAllowed())) return
          checkedAt = performance.now()
        }
        yield message
        if (message.kind === 'reset') return
      }
    } finally {
      leave()
    }
  }

  #refuseTooMany({ tenantId, callerId }: FollowRequest): void {
    const { streamsOfTenant, streamsOfCaller } = this.#options.limits
    const ofTenant = [...this.#listeners.keys()].filter((listener) => listener.tenantId === tenantId)
    const ofCaller = ofTenant.filter((listener) => listener.callerId === callerId)
    const refuse = (what: string, most: number): never => {
      throw new CairnError('rate_limited', `${what} has ${most} streams of events open already; close one of them`, {
        retryAfterSeconds: 10,
      })
    }
    if (ofCaller.length >= streamsOfCaller) refuse('this token or user', streamsOfCaller)
    if (ofTenant.length >= streamsOfTenant) refuse('this tenant', streamsOfTenant)
  }

  #watch(tenantId: string): void {
    const watched = this.#tenants.get(tenantId)
    if (watched === undefined) this.#tenants.set(tenantId, { since: null, wantedAt: performance.now() })
    else watched.wantedAt = performance.now()
    this.#lookIn(0)
  }

  #leave(listener: ChangeListener): void {
    this.#listeners.delete(listener)
    const watched = this.#tenants.get(listener.tenantId)
    if (watched !== undefined) watched.wantedAt = performance.now()
  }

  #stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
  }

  #lookIn(delayMs: number): void {
    if (this.#isLooking || this.#options.stopping.aborted) return
    if (this.#timer !== null) {
      if (delayMs > 0) return
      clearTimeout(this.#timer)
    }
    this.#timer = setTimeout(() => void this.#lookOnce(), delayMs)
  }

  async #lookOnce(): Promise<void> {
    this.#timer = null
    this.#isLooking = true
    this.#forgetTenants()
    // A database that is away is no change; the next look tells what came in between.
    const isDone = await this.#lookAround().then(
      () => true,
      () => false,
    )
    this.#isLooking = false
    const someoneJoins = [...this.#listeners.keys()].some(({ isReady }) => !isReady)
    if (this.#tenants.size > 0) this.#lookIn(isDone && someoneJoins ? 0 : this.#options.limits.lookEveryMs)
    else this.#position = null
  }

  #forgetTenants(): void {
    const now = performance.now()
    const followed = new Set([...this.#listeners.keys()].map(({ tenantId }) => tenantId))
    for (const [tenantId, { wantedAt }] of this.#tenants) {
      if (!followed.has(tenantId) && now - wantedAt > this.#options.limits.lingerMs) this.#tenants.delete(tenantId)
    }
  }

  async #lookAround(): Promise<void> {
    const { db } = this.#options
    const joining = [...this.#listeners].filter(([listener]) => !listener.isReady)
    const tenantIds = new Set(this.#tenants.keys())
    const now = performance.now()
    this.#position ??= await readChangePosition(db, now)
    const read = await readChanges(db, this.#position)
    const ofRuns = await this.#runs.look(tenantIds)
    const numbers = read.map(({ number }) => number)
    this.#position = passChanges(this.#position, numbers, now)
    this.#look += 1
    const waiting: Changes = new Map()
    for (const change of [...read, ...ofRuns]) if (tenantIds.has(change.tenantId)) mergeChange(waiting, change)
    this.#tell([...waiting.values()], joining, tenantIds)
  }

  #tell(
    changes: readonly TenantChange[],
    joining: readonly (readonly [ChangeListener, string | null])[],
    tenantIds: ReadonlySet<string>,
  ): void {
    const position = `${this.#id}-${this.#look}`
    this.#keep(changes)
    for (const listener of this.#listeners.keys()) if (listener.isReady) listener.tell(changes, position)
    for (const tenantId of tenantIds) {
      const watched = this.#tenants.get(tenantId)
      if (watched !== undefined) watched.since ??= this.#look
    }
    for (const [listener, after] of joining) {
      const missed = this.#changesAfter(listener.tenantId, after)
      listener.begin(position, missed !== null)
      if (missed !== null) listener.tell(missed, position)
    }
  }

  #keep(changes: readonly TenantChange[]): void {
    for (const change of changes) this.#kept.push({ look: this.#look, change })
    const surplus = this.#kept.length - this.#options.limits.mostKept
    if (surplus <= 0) return
    this.#keptAfter = this.#kept[surplus - 1]?.look ?? this.#look
    this.#kept = this.#kept.slice(surplus)
  }

  /** null = they are not known. */
  #changesAfter(tenantId: string, after: string | null): readonly TenantChange[] | null {
    const look = lookOf(after, this.#id)
    const since = this.#tenants.get(tenantId)?.since ?? Number.POSITIVE_INFINITY
    if (look === null || look < since || look < this.#keptAfter || look > this.#look) return null
    return this.#kept.filter((kept) => kept.look > look).map(({ change }) => change)
  }
}

/** The number of the look that a position of this feed names; null = it is no such position. */
function lookOf(position: string | null, feed: string): number | null {
  const [, id, look] = /^([0-9a-f]{12})-(\d{1,15})$/.exec(position ?? '') ?? []
  return id === feed ? Number(look) : null
}
