/** Who is told of what: from the watchers of a workflow to deliveries. */
import type { DeliveryChannel, Watcher, WatcherEvent } from '@cairn/contract'
import type { WebhookContent } from './notification-facts.ts'

/** What happened, as watchers see it. */
export type Happening =
  /** `recovered`: it succeeded, and the run of the workflow that had ended before it failed. */
  | { readonly kind: 'finished'; readonly status: 'success' | 'failed' | 'stopped'; readonly recovered: boolean }
  | { readonly kind: 'runtimeExceeded'; readonly minutes: number }
  | { readonly kind: 'missed' }

export interface PlannedDelivery {
  /** Place of the watcher in the workflow's list, from 0. */
  readonly watcher: number
  readonly watcherName: string | null
  readonly event: WatcherEvent
  readonly channel: DeliveryChannel
  /** E-mail address or URL. */
  readonly target: string
  /** Webhooks only. */
  readonly content: WebhookContent | null
}

/**
 * At most one delivery for each watcher and recipient: a watcher of `success` and `recovered` hears of a recovery once, as
 * `recovered`. An address that several watchers name gets one mail, and its inbox one entry. A run that somebody stopped
 * neither succeeded nor failed, and nobody is told.
 */
export function planDeliveries(watchers: readonly Watcher[], happening: Happening): PlannedDelivery[] {
  const all = watchers.flatMap((watcher, index) => {
    const event = eventFor(watcher.events, happening)
    return event === null ? [] : deliveriesTo(watcher, index, event)
  })
  const seen = new Set<string>()
  return all.filter(({ channel, target }) => {
    if (channel === 'webhook') return true
    const recipient = `${channel}:${target.toLowerCase()}`
    if (seen.has(recipient)) return false
    seen.add(recipient)
    return true
  })
}

function eventFor(events: Watcher['events'], happening: Happening): WatcherEvent | null {
  switch (happening.kind) {
    case 'finished':
      if (happening.status === 'failed') return events.fail === true ? 'fail' : null
      if (happening.status === 'stopped') return null
      if (happening.recovered && events.recovered === true) return 'recovered'
      return events.success === true ? 'success' : null
    case 'runtimeExceeded':
      return events.runtimeExceeded === happening.minutes ? 'runtimeExceeded' : null
    case 'missed':
      return events.missed === true ? 'missed' : null
    default:
      return happening satisfies never
  }
}

/** Everybody whom the watcher names; once each. */
export function deliveriesTo(watcher: Watcher, index: number, event: WatcherEvent): PlannedDelivery[] {
  const { user, webhook, email } = watcher
  const common = { watcher: index, watcherName: webhook?.name ?? email?.name ?? null, event }
  const plain = (channel: DeliveryChannel, target: string) => ({ ...common, channel, target, content: null })
  if (user !== undefined) return [plain('inbox', user), plain('email', user)]
  if (email !== undefined) return [...new Set(email.recipients.to)].map((address) => plain('email', address))
  if (webhook === undefined) return []
  const { name: _name, ...content } = webhook
  return [{ ...common, channel: 'webhook', target: content.url, content }]
}

/** The limits that a workflow's watchers set to the run time, in minutes, least first, each once. */
export function runtimeLimits(watchers: readonly Watcher[]): number[] {
  const limits = watchers.flatMap(({ events }) =>
    events.runtimeExceeded === undefined ? [] : [events.runtimeExceeded],
  )
  return [...new Set(limits)].toSorted((a, b) => a - b)
}
