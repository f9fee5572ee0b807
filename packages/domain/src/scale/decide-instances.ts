import type { ScaleSettings, ScaleState } from './scale-state.ts'

/** What gateways say of one instance of the serving revision. */
export interface InstanceLoad {
  /** Instances are removed from the highest ordinal down. */
  readonly ordinal: number
  readonly openRequests: number
  readonly openTunnels: number
  readonly liveSessions: number
}

/** What the load asked for at a time. Kept in memory: a new process begins with none, and so waits a whole window. */
export interface LoadSample {
  /** Epoch milliseconds. */
  readonly at: number
  readonly instances: number
}

export interface InstancesDecision {
  /** Instances to have from now on. */
  readonly instances: number
  /** Those that still count; the caller gives them to the next decision. */
  readonly samples: readonly LoadSample[]
}

/**
 * How many instances the load asks for: more at once, fewer only when fewer sufficed all through the window. An instance
 * that has something open, or a session, is never dropped, nor is one below it.
 *
 * @param current instances that are wanted now
 * @example
 * // 45 open requests at a target of 20 an instance
 * decideInstances(now, settings, { minInstances: 1, maxInstances: 5, targetConcurrency: 20 }, …).instances // 3
 */
export function decideInstances(
  now: number,
  settings: Pick<ScaleSettings, 'scaleDownAfterMs'>,
  state: Pick<ScaleState, 'minInstances' | 'maxInstances' | 'targetConcurrency'>,
  load: {
    readonly current: number
    readonly instances: readonly InstanceLoad[]
    readonly samples: readonly LoadSample[]
  },
): InstancesDecision {
  const { minInstances, maxInstances, targetConcurrency } = state
  const within = (count: number): number => Math.min(Math.max(count, minInstances), maxInstances)
  const open = load.instances.reduce((sum, each) => sum + each.openRequests + each.openTunnels, 0)
  const asked = within(Math.ceil(open / targetConcurrency))
  const windowBegan = now - settings.scaleDownAfterMs
  const known = load.samples.filter((sample) => sample.at <= now)
  const recent = known.filter((sample) => sample.at > windowBegan)
  const older = known.findLast((sample) => sample.at <= windowBegan)
  // Without an older one nobody knows what was asked for when the window began.
  const peak = Math.max(asked, older?.instances ?? load.current, ...recent.map((sample) => sample.instances))
  const used = load.instances.filter((each) => each.openRequests + each.openTunnels + each.liveSessions > 0)
  const inUse = Math.min(Math.max(-1, ...used.map((each) => each.ordinal)) + 1, load.current)
  return {
    instances: Math.max(within(peak), inUse),
    samples: joined([...(older === undefined ? [] : [older]), ...recent], { at: now, instances: asked }),
  }
}

/** Passes may follow each other closely. */
const sampleMs = 500

function joined(samples: readonly LoadSample[], next: LoadSample): readonly LoadSample[] {
  const last = samples.at(-1)
  if (last === undefined || next.at - last.at >= sampleMs) return [...samples, next]
  return [...samples.slice(0, -1), { at: last.at, instances: Math.max(last.instances, next.instances) }]
}
