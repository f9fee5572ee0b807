import type { OperationId } from '@cairn/contract'
import { defaultDiskPolicy, type DiskPolicy } from '@cairn/domain'
import type { RunLimits } from '@cairn/store'
import { defaultFeedLimits, type FeedLimits } from './events/change-feed.ts'
import type { RateLimit } from './http/rate-limit.ts'
import type { SignInLimits } from './sign-in/sign-in-checker.ts'

interface BodyTime {
  /** Longest silence within a body, in milliseconds. */
  readonly idleMs: number
  /** Longest time for a whole body, in milliseconds. */
  readonly totalMs: number
}

/** What a request may take of the server. */
export interface ApiLimits {
  /** Largest JSON body in bytes, where `jsonBytesOf` says nothing else. */
  readonly jsonBytes: number
  readonly jsonBytesOf: Readonly<Partial<Record<OperationId, number>>>
  /** Largest uploaded file in bytes. */
  readonly uploadBytes: number
  readonly bodyTime: BodyTime
  readonly uploadTime: BodyTime
  /** What is read and thrown away of a refused body before the answer, so that slow readers get it. */
  readonly drain: BodyTime & { readonly maxBytes: number }
  /** For each token; uploads are not counted. */
  readonly rate: RateLimit
  /** For each webhook, and for each address that calls webhooks. */
  readonly hookRate: { readonly byHook: RateLimit; readonly byAddress: RateLimit }
  /** Attempts to sign in. */
  readonly signIns: SignInLimits
  /** Instances that a service may ask for: CAIRN_MAX_INSTANCES. */
  readonly mostInstances: number
  /** Runs that a workflow with concurrent runs may have. */
  readonly runs: RunLimits
  /** What the engine keeps its disk to, for those who ask. */
  readonly disk: DiskPolicy
  /** Seconds that lie between two times of a schedule at least. */
  readonly scheduleSeconds: number
  /** Seconds for which a link to a log file is valid. */
  readonly linkSeconds: number
  /** Milliseconds for which an answer to a follower of a log is held back while there are no lines. */
  readonly logWaitMs: number
  /** Of streams of events. */
  readonly events: FeedLimits
}

const mebibyte = 1024 * 1024

export const defaultApiLimits: ApiLimits = {
  jsonBytes: mebibyte,
  jsonBytesOf: {
    createWorkflow: 2 * mebibyte,
    updateWorkflow: 2 * mebibyte,
    executeWorkflow: 2 * mebibyte,
    retryExecution: 2 * mebibyte,
  },
  uploadBytes: 512 * mebibyte,
  bodyTime: { idleMs: 30_000, totalMs: 60_000 },
  uploadTime: { idleMs: 30_000, totalMs: 3_600_000 },
  drain: { idleMs: 5000, totalMs: 30_000, maxBytes: 256 * mebibyte },
  rate: { perSecond: 500, burst: 2000 },
  hookRate: { byHook: { perSecond: 10, burst: 100 }, byAddress: { perSecond: 200, burst: 1000 } },
  signIns: { byAddress: { perSecond: 1, burst: 60 }, byEmail: { perSecond: 0.1, burst: 10 } },
  mostInstances: 2,
  runs: { mostLiveRuns: 10, mostWaitingRuns: 100 },
  disk: defaultDiskPolicy,
  scheduleSeconds: 1,
  linkSeconds: 600,
  logWaitMs: 20_000,
  events: defaultFeedLimits,
}
