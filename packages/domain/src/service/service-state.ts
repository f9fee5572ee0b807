/**
 * What a decision about a service reads and says. The state machines:
 *
 * - revision: starting → active → draining → removed, starting → failed, starting → removed (superseded or deleted)
 * - instance: starting → ready ⇄ unready → stopping → gone; an instance that ended is `stopping` too, until its
 *   container is confirmed absent, and its replacement has the revision's next `restart` number and so another name.
 *   One that served and is not wanted any more drains before it stops: it keeps its status, and gets only the requests of
 *   its own sessions
 */
import type { InstanceStatus, RevisionCause, RevisionStatus, ServiceStatus } from '@cairn/contract'
import type { ScaleTier } from '../scale/scale-state.ts'
import type { ServiceSpec } from './spec.ts'

/** Revision statuses that never change again. */
export const terminalRevisionStatuses = ['removed', 'failed'] as const satisfies readonly RevisionStatus[]

/** Which revision statuses may follow which; the store writes no other change. */
export const revisionTransitions = {
  starting: ['active', 'failed', 'removed'],
  active: ['draining', 'removed'],
  draining: ['removed'],
  removed: [],
  failed: [],
} as const satisfies Readonly<Record<RevisionStatus, readonly RevisionStatus[]>>

export interface RevisionState {
  readonly revision: number
  readonly status: RevisionStatus
  readonly spec: ServiceSpec
  /** Why it failed or was removed, or still drains, in words for the user. */
  readonly reason: string | null
  readonly cause: RevisionCause
  /** How many instances it was given so far: the `restart` of the next one. */
  readonly launched: number
}

export interface InstanceState {
  readonly name: string
  readonly revision: number
  /** Which of the revision's instances, from 0. */
  readonly ordinal: number
  /** Which of all instances that the revision was given, from 0: no name comes twice. */
  readonly restart: number
  readonly status: InstanceStatus
  /** Consecutive predecessors that ended early. */
  readonly crashes: number
  /** Consecutive failed health checks. */
  readonly failures: number
  readonly host: string | null
  readonly port: number | null
  /** Why it is not ready, in words for the user. */
  readonly reason: string | null
  /** Epoch milliseconds before which it is not started. */
  readonly startAfter: number
  /** Epoch milliseconds of the intent to start it. */
  readonly createdAt: number
  /** Epoch milliseconds of its first passed health check; null = none yet. */
  readonly readyAt: number | null
  /** Epoch milliseconds since when it takes no new sessions; null = it takes them. */
  readonly drainingSince: number | null
}

/** Everything recorded about one service; times in epoch milliseconds. */
export interface ServiceState {
  readonly id: string
  readonly generation: number
  readonly status: ServiceStatus
  readonly statusReason: string | null
  readonly activeRevision: number | null
  /** Instances that the serving revision keeps; 0 = none, because it is stopped or sleeps. */
  readonly wanted: number
  /** Who stopped it; null = it is not stopped. Then `wanted` is 0, and a revision that starts waits. */
  readonly stoppedBy: string | null
  /** Longest time that an instance drains; null = the defaults of `serviceTiming`, by what is open on it. */
  readonly longestDrainMs: number | null
  readonly revisions: readonly RevisionState[]
  readonly instances: readonly InstanceState[]
}

/** What the engine showed of one workload; null where it has none of that name. */
export interface ObservedInstance {
  readonly phase: 'created' | 'running' | 'frozen' | 'exited'
  readonly address: { readonly host: string; readonly port: number } | null
  /** Epoch milliseconds. */
  readonly startedAt: number | null
  readonly exit: {
    readonly code: number | null
    readonly reason: 'completed' | 'error' | 'oom' | 'killed'
    readonly detail: string | null
    /** The newest with text in them, oldest first. */
    readonly logLines: readonly string[]
  } | null
}

/** Outcome of one health check. No entry for an instance = none was due. */
export type HealthCheck = { readonly kind: 'healthy' } | { readonly kind: 'unhealthy'; readonly reason: string }

/** A port on which something in a container listens. */
export interface ListeningPort {
  readonly port: number
  readonly isLoopbackOnly: boolean
}

/** What is known of an instance that runs and does not serve. */
export interface InstanceEvidence {
  /** Health checks that were made of it, as far as this process knows. */
  readonly checks: number
  /** The newest with text in them, oldest first. */
  readonly logLines: readonly string[]
  /** null = it could not be told. */
  readonly listening: readonly ListeningPort[] | null
}

/** Why the engine did not start an instance. `permanent` = trying again without a change is useless. */
export interface StartFailure {
  readonly reason: string
  readonly permanent: boolean
}

/** What gateways have open on one instance. */
export interface OpenTraffic {
  readonly openRequests: number
  readonly openTunnels: number
  /** Sticky sessions seen within the session time. */
  readonly liveSessions: number
}

export interface DrainTraffic {
  /** By instance; no entry = nothing is open. */
  readonly open: ReadonlyMap<string, OpenTraffic>
  /** Epoch milliseconds since when nothing was seen open on an instance; no entry = since now. */
  readonly quietSince: ReadonlyMap<string, number>
}

/** What one pass knows beside the record. */
export interface ServiceFacts {
  /** One entry for every recorded instance. */
  readonly observations: ReadonlyMap<string, ObservedInstance | null>
  /** Checks made in this pass. */
  readonly checks: ReadonlyMap<string, HealthCheck>
  /** Epoch milliseconds of the last check of each instance, those of this pass included. */
  readonly lastCheckAt: ReadonlyMap<string, number>
  /** Starts that failed since the last pass. */
  readonly startFailures: ReadonlyMap<string, StartFailure>
  /** What is open on instances that drain. */
  readonly traffic: DrainTraffic
  /** Of those for which `asksForEvidence` holds. */
  readonly evidence: ReadonlyMap<string, InstanceEvidence>
}

/** A write; all writes of a decision are one transaction, made before any effect. */
export type ServiceWrite =
  | { readonly kind: 'add-instance'; readonly instance: InstanceState }
  | { readonly kind: 'update-instance'; readonly instance: InstanceState }
  | { readonly kind: 'forget-instance'; readonly name: string }
  /** Flips traffic: the revision becomes the active one, the former active one drains. */
  | { readonly kind: 'activate-revision'; readonly revision: number }
  /** Why a revision that drains is still there. */
  | { readonly kind: 'explain-revision'; readonly revision: number; readonly reason: string | null }
  | { readonly kind: 'fail-revision'; readonly revision: number; readonly reason: string }
  | { readonly kind: 'retire-revision'; readonly revision: number; readonly reason: string }
  | { readonly kind: 'set-status'; readonly status: ServiceStatus; readonly reason: string | null }
  | {
      readonly kind: 'change-tier'
      readonly from: ScaleTier
      readonly tier: ScaleTier
      /** Epoch milliseconds. */
      readonly at: number
      readonly cause: string
    }
  /** What scaling on load wants; null = as many as users want. */
  | { readonly kind: 'want-instances'; readonly instances: number | null; readonly cause: string }
  /** Why the wake under way has not succeeded so far. */
  | { readonly kind: 'fail-wake'; readonly reason: string }
  | { readonly kind: 'remove-service' }

/** An effect on the engine; idempotent by name, and only for instances whose row is durable. */
export type ServiceEffect =
  | { readonly kind: 'start'; readonly name: string; readonly revision: number }
  /** Lets an instance that was frozen go on. */
  | { readonly kind: 'thaw'; readonly name: string }
  | { readonly kind: 'remove'; readonly name: string; readonly graceMs: number }

export interface ServiceDecision {
  readonly writes: readonly ServiceWrite[]
  readonly effects: readonly ServiceEffect[]
  /** When to look again; null = only when something changes. */
  readonly requeueAfterMs: number | null
}

/** Times of the service machine, in milliseconds, and counts of health checks. */
export const serviceTiming = {
  /** Between health checks of an instance that starts: in its first 5 s, and later. */
  earlyCheckMs: 250,
  earlyForMs: 5_000,
  /** From asking the engine for something to looking at what came of it. */
  settleMs: 100,
  /** Before a start is tried again that the engine refused for now. */
  startRetryMs: 2_000,
  startingCheckMs: 2_000,
  /** Of so many checks of an instance that takes long to start, one looks closer. */
  checksPerEvidence: 8,
  /** Between health checks once it has been ready. */
  steadyCheckMs: 10_000,
  /** A starting instance that is not healthy by then has failed. */
  startDeadlineMs: 120_000,
  /** How long an instance that drains stays for open requests, and for open WebSockets and live sessions. */
  drainRequestsMs: 30_000,
  drainSessionsMs: 3_600_000,
  /** How long it stays with nothing open: gateways read their routes every 5 s at the latest, and report every 2 s. */
  leastDrainMs: 10_000,
  /** Revisions of a service that drain at a time; with one more the oldest ends. */
  mostDraining: 3,
  /** Between two looks at what is open on it. */
  drainLookMs: 2_000,
  /** From SIGTERM to SIGKILL. */
  stopGraceMs: 10_000,
  /** Ready for so long, an instance that ends is no part of a crash loop. */
  stableAfterMs: 60_000,
  maxBackoffMs: 60_000,
  failuresUntilUnready: 3,
  failuresUntilReplaced: 6,
  /** From so many early ends in a row on, it is called a crash loop. */
  crashLoopAt: 3,
} as const
