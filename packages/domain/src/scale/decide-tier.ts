import type { ScaleSettings, ScaleState, ScaleTier, TrafficFacts } from './scale-state.ts'

export interface TierFacts extends TrafficFacts {
  readonly scaleToZero: boolean
  /** Stopped by users, or being deleted: others decide on its instances. */
  readonly isLeft: boolean
  /** A revision starts or drains. */
  readonly isDeploying: boolean
  /** There are more or fewer instances of the serving revision than are wanted, or not all of them are ready. */
  readonly isUnsettled: boolean
  /** An instance of the serving revision is gone or has ended. */
  readonly isBroken: boolean
  /** An instance of the serving revision is ready and has the CPU. */
  readonly isAnswering: boolean
}

export interface TierDecision {
  readonly tier: ScaleTier
  /** Why it changes, in words for the user; null = it does not. */
  readonly cause: string | null
  /** Epoch milliseconds at which to look again if nothing happens; null = only when something does. */
  readonly lookAgainAt: number | null
}

/** A frozen service is not put to sleep sooner: by then every gateway has told of what it sent before it knew. */
const leastFrozenMs = 5_000

/** Which tier a service belongs into. Pure; `waking` is only ever left, never entered: requests do that. */
export function decideTier(
  now: number,
  settings: ScaleSettings,
  state: Pick<ScaleState, 'tier' | 'since' | 'wakeFailure'>,
  facts: TierFacts,
): TierDecision {
  const stays: TierDecision = { tier: state.tier, cause: null, lookAgainAt: null }
  if (!facts.scaleToZero || facts.isLeft) return awake(state.tier, 'it does not scale to zero any more')
  const idleSince = Math.max(state.since, facts.lastRequestAt ?? 0)
  const isOpen = facts.openRequests + facts.openTunnels + facts.liveSessions > 0
  switch (state.tier) {
    case 'waking':
      return decideWaking(now, settings, state, facts)
    case 'asleep':
      return facts.isDeploying ? awake(state.tier, 'a new revision is deployed') : stays
    case 'awake': {
      const freezeAt = idleSince + settings.freezeAfterMs
      if (facts.isDeploying || facts.isUnsettled || facts.isBroken || isOpen) {
        return { ...stays, lookAgainAt: Math.max(freezeAt, now + settings.freezeAfterMs) }
      }
      if (now < freezeAt) return { ...stays, lookAgainAt: freezeAt }
      return { tier: 'frozen', cause: `no request for ${seconds(now - idleSince)}`, lookAgainAt: null }
    }
    case 'frozen': {
      if (facts.isBroken) return awake(state.tier, 'an instance ended')
      if (facts.isDeploying) return awake(state.tier, 'a new revision is deployed')
      if (facts.isUnsettled) return awake(state.tier, 'other instances are wanted')
      // Begun before its gateway knew that the service was about to be frozen.
      if (isOpen || (facts.lastRequestAt ?? 0) > state.since) return awake(state.tier, 'a request had begun')
      const idleBefore = Math.max(0, settings.sleepAfterMs - settings.freezeAfterMs)
      const sleepAt = state.since + Math.max(leastFrozenMs, idleBefore)
      if (now < sleepAt) return { ...stays, lookAgainAt: Math.min(sleepAt, lookForLateRequests(now, state.since)) }
      return { tier: 'asleep', cause: `no request while frozen for ${seconds(now - state.since)}`, lookAgainAt: null }
    }
    default:
      return state.tier satisfies never
  }
}

/** Reports of gateways may be 2 s old, so a young freeze is looked at again. */
function lookForLateRequests(now: number, since: number): number {
  return now < since + leastFrozenMs ? Math.min(now + 1_000, since + leastFrozenMs) : Number.POSITIVE_INFINITY
}

/** Ends when an instance answers; one that cannot be woken is given up when nobody asks for it any more. */
function decideWaking(
  now: number,
  settings: ScaleSettings,
  state: Pick<ScaleState, 'since' | 'wakeFailure'>,
  facts: TierFacts,
): TierDecision {
  if (facts.isAnswering) return { tier: 'awake', cause: 'a request came', lookAgainAt: null }
  const giveUpAt = Math.max(state.since, facts.lastRequestAt ?? 0) + settings.sleepAfterMs
  if (state.wakeFailure === null) return { tier: 'waking', cause: null, lookAgainAt: null }
  if (now < giveUpAt) return { tier: 'waking', cause: null, lookAgainAt: giveUpAt }
  return { tier: 'asleep', cause: `it could not be woken: ${state.wakeFailure}`, lookAgainAt: null }
}

function awake(from: ScaleTier, cause: string): TierDecision {
  return { tier: 'awake', cause: from === 'awake' ? null : cause, lookAgainAt: null }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
