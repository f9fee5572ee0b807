/**
 * What a service that may sleep is recorded as. The tiers:
 *
 * awake → frozen → asleep by idleness, decided by the engine; frozen | asleep → waking by a request, written by a gateway;
 * waking → awake when an instance answers again. A service that is changed, stopped or deleted is awake until that is over.
 */

/** Stored. `frozen`: its instances have no CPU. `asleep`: it has no instances. `waking`: a request waits for it. */
export const scaleTiers = ['awake', 'frozen', 'asleep', 'waking'] as const
export type ScaleTier = (typeof scaleTiers)[number]

export interface ScaleState {
  readonly tier: ScaleTier
  /** Epoch milliseconds at which it came into this tier. */
  readonly since: number
  /** How often it was woken: tells one sleep from the next. */
  readonly wakes: number
  /** Why the wake under way has not succeeded so far; null = nothing went wrong. */
  readonly wakeFailure: string | null
  /** Instances that scaling wants; null = as many as users want. */
  readonly scaledInstances: number | null
  readonly minInstances: number
  /** At least `minInstances`; equal = no scaling on concurrency. */
  readonly maxInstances: number
  /** Requests and tunnels that one instance is to have open at a time. */
  readonly targetConcurrency: number
}

/** Times of scaling, in milliseconds. */
export interface ScaleSettings {
  /** Without a request for so long, instances lose the CPU. */
  readonly freezeAfterMs: number
  /** Without a request for so long, instances are removed. */
  readonly sleepAfterMs: number
  /** How long fewer instances have to suffice before there are fewer. */
  readonly scaleDownAfterMs: number
}

export const defaultScaleSettings: ScaleSettings = {
  freezeAfterMs: 5 * 60_000,
  sleepAfterMs: 15 * 60_000,
  scaleDownAfterMs: 60_000,
}

/** Requests that an instance is to have open at a time, unless the service says otherwise. */
export const defaultTargetConcurrency = 20

/** What gateways say of a service at the moment. */
export interface TrafficFacts {
  readonly openRequests: number
  readonly openTunnels: number
  readonly liveSessions: number
  /** Epoch milliseconds at which the last request or tunnel began; null = none did, ever. */
  readonly lastRequestAt: number | null
}
