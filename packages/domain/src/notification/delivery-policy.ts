/** What follows from an attempt to deliver: the end, or another attempt later. */
import type { DeliveryChannel } from '@cairn/contract'

/** How an attempt went. `answer` is the status of the HTTP or SMTP answer, null when there was none. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly answer: number | null }
  /** The receiver, or a rule of Cairn, said no; asking again would change nothing. */
  | { readonly kind: 'refused'; readonly answer: number | null; readonly error: string }
  /** It may work later. `retryAfterMs`: what the receiver asked for. */
  | {
      readonly kind: 'unavailable'
      readonly answer: number | null
      readonly error: string
      readonly retryAfterMs: number | null
    }

export interface DeliveryRound {
  readonly channel: DeliveryChannel
  /** Attempts of this round, the one that has just ended among them. */
  readonly tries: number
  /** Epoch ms after which nothing is tried again. */
  readonly giveUpAt: number
}

export type DeliveryDecision =
  | { readonly status: 'delivered' }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'pending'; readonly error: string; readonly nextAttemptAt: number }

const second = 1000
const minute = 60 * second
const hour = 60 * minute

/** A delivery is tried for so long, counted from when it was asked for. */
export const deliveryPatienceMs = 24 * hour

/** Pauses after the first, second and further attempts; the last one repeats. Mail servers greylist for minutes. */
const pauses: Readonly<Record<DeliveryChannel, readonly number[]>> = {
  webhook: [5 * second, 30 * second, 2 * minute, 10 * minute, 30 * minute, hour, 2 * hour, 4 * hour],
  email: [minute, 5 * minute, 15 * minute, 30 * minute, hour, 2 * hour, 4 * hour],
  inbox: [5 * second],
}

/**
 * @param now epoch ms
 * @param spread 0 to 1, random: makes a pause up to a fifth longer, so that what failed together does not return together
 */
export function decideDelivery(
  round: DeliveryRound,
  outcome: DeliveryOutcome,
  now: number,
  spread: number,
): DeliveryDecision {
  if (outcome.kind === 'delivered') return { status: 'delivered' }
  if (outcome.kind === 'refused') return { status: 'failed', error: outcome.error }
  if (now >= round.giveUpAt) {
    return { status: 'failed', error: `${outcome.error} (given up after ${round.tries} attempts)` }
  }
  const steps = pauses[round.channel]
  const pause = steps[Math.min(round.tries, steps.length) - 1] ?? minute
  const next = now + Math.max(pause * (1 + spread / 5), outcome.retryAfterMs ?? 0)
  return { status: 'pending', error: outcome.error, nextAttemptAt: Math.min(next, round.giveUpAt) }
}
