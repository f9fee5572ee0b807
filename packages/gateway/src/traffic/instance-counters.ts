/**
 * Counts of one instance in this process: plain numbers that only grow, but for what is open now.
 *
 * Always true: everything that began ends once, by the call that belongs to it.
 */
import { latencyBoundsMs } from '@cairn/domain'
import type { RoutedInstance, ServiceRoute, TrafficReport } from '@cairn/store'

/** A session counts as live for so long after its last request. */
const sessionMs = 15 * 60_000
/** More sessions of one instance are not told apart; the oldest are forgotten. */
const mostSessions = 100_000
/** A request after so long without any is told at once. */
const idleMs = 10_000

export class InstanceCounters {
  readonly serviceId: string
  readonly workload: string
  openRequests = 0
  openTunnels = 0
  #requests = 0
  #failed = 0
  #latencySumMs = 0
  /** Requests by bucket; not cumulative. */
  readonly #latency: number[] = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0)
  #lastBeganAt = Number.NEGATIVE_INFINITY
  readonly #onWoken: () => void
  /** When each session was last seen, the longest unseen first. */
  readonly #sessions = new Map<string, number>()
  #hasChanged = false

  constructor(route: Pick<ServiceRoute, 'serviceId'>, instance: RoutedInstance, onWoken: () => void) {
    this.serviceId = route.serviceId
    this.workload = instance.name
    this.#onWoken = onWoken
  }

  /** Requests and tunnels that have begun and not ended. */
  get load(): number {
    return this.openRequests + this.openTunnels
  }

  /** Whether something has to be reported yet. */
  get hasChanged(): boolean {
    return this.#hasChanged
  }

  requestBegan(now: number): void {
    this.openRequests += 1
    this.#began(now)
  }

  requestEnded(durationMs: number, isFailed: boolean): void {
    this.openRequests -= 1
    this.#requests += 1
    if (isFailed) this.#failed += 1
    this.#latencySumMs += durationMs
    let bucket = 0
    while (bucket < latencyBoundsMs.length && durationMs > (latencyBoundsMs[bucket] ?? 0)) bucket += 1
    this.#latency[bucket] = (this.#latency[bucket] ?? 0) + 1
    this.#hasChanged = true
  }

  /** The request went to another instance, or was given up before anything of it was sent. */
  requestWithdrawn(): void {
    this.openRequests -= 1
    this.#hasChanged = true
  }

  tunnelBegan(now: number): void {
    this.openTunnels += 1
    this.#began(now)
  }

  tunnelEnded(): void {
    this.openTunnels -= 1
    this.#hasChanged = true
  }

  sessionSeen(session: string, now: number): void {
    this.#sessions.delete(session)
    this.#sessions.set(session, now)
    if (this.#sessions.size <= mostSessions) return
    const oldest = this.#sessions.keys().next()
    if (oldest.done !== true) this.#sessions.delete(oldest.value)
  }

  liveSessions(now: number): number {
    for (const [session, seenAt] of this.#sessions) {
      if (now - seenAt < sessionMs) break
      this.#sessions.delete(session)
      this.#hasChanged = true
    }
    return this.#sessions.size
  }

  /** What is to be reported, or null when all was and nothing is open, whose report must not grow old. */
  takeReport(now: number): TrafficReport | null {
    const liveSessions = this.liveSessions(now)
    if (!this.#hasChanged && this.load === 0 && liveSessions === 0) return null
    this.#hasChanged = false
    let count = 0
    return {
      serviceId: this.serviceId,
      workload: this.workload,
      openRequests: this.openRequests,
      openTunnels: this.openTunnels,
      liveSessions,
      requests: this.#requests,
      failed: this.#failed,
      latency: this.#latency.map((inBucket) => (count += inBucket)),
      latencySumMs: this.#latencySumMs,
      idleMs: Number.isFinite(this.#lastBeganAt) ? now - this.#lastBeganAt : null,
    }
  }

  /** The last report did not arrive. */
  keepReport(): void {
    this.#hasChanged = true
  }

  #began(now: number): void {
    const isWoken = now - this.#lastBeganAt > idleMs
    this.#lastBeganAt = now
    this.#hasChanged = true
    if (isWoken) this.#onWoken()
  }
}
