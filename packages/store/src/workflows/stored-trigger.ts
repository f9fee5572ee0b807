/** A workflow's triggers as its revisions keep them. */
import { randomUUID } from 'node:crypto'
import type { Trigger } from '@cairn/contract'

export type StoredTrigger =
  /** `timezone` is absent when none was given: UTC. */
  { readonly cron: string; readonly timezone?: string } | StoredHook

export interface StoredHook {
  /** Id of the hook's row, which has its token. */
  readonly webhook: string
  /** Name of the secret that its calls are signed with; true = the one that was made for it; absent = none. */
  readonly signingSecret?: string | true
}

/** What a workflow has before a change. */
export interface TriggersBefore {
  readonly triggers: readonly StoredTrigger[]
  /** Ids of its hooks by their tokens. */
  readonly hooksByToken: ReadonlyMap<string, string>
}

export const noTriggersBefore: TriggersBefore = { triggers: [], hooksByToken: new Map() }

/**
 * What is kept of a body's triggers; `{}`, which stands for starts by hand only, leaves nothing.
 *
 * A patch by a client of the reference sends back a bare cron, or a bare `webhookPolicy: preserve`, so absence keeps what
 * the revision before had: the time zone of a schedule with the same expression, and token and signing secret of a hook
 * that is preserved. `preserve` takes the hooks of before in their order; a hook can also be kept by its token, which sets
 * the signing secret anew. Any other hook is new.
 */
export function storeTriggers(given: readonly Trigger[], before: TriggersBefore): StoredTrigger[] {
  const free = before.triggers.flatMap((old) => ('webhook' in old ? [old] : []))
  const take = (index: number) => (index < 0 ? undefined : free.splice(index, 1)[0])
  const idOf = ({ webhook }: Trigger) =>
    typeof webhook === 'string' ? before.hooksByToken.get(webhook.toLowerCase()) : undefined
  // Those kept by their token first, so that a preserved one does not take theirs.
  const kept = new Map(given.map((trigger) => [trigger, take(free.findIndex((old) => old.webhook === idOf(trigger)))]))
  return given.flatMap((trigger): StoredTrigger[] => {
    if (trigger.cron !== undefined) return [storeSchedule(trigger.cron, trigger.timezone, before.triggers)]
    if (trigger.webhook === undefined || trigger.webhook === false) return []
    const preserved = kept.get(trigger) === undefined && trigger.webhookPolicy === 'preserve' ? take(0) : undefined
    const signingSecret = trigger.signingSecret ?? preserved?.signingSecret ?? false
    const webhook = kept.get(trigger)?.webhook ?? preserved?.webhook ?? randomUUID()
    return [{ webhook, ...(signingSecret !== false && { signingSecret }) }]
  })
}

function storeSchedule(cron: string, given: string | undefined, before: readonly StoredTrigger[]): StoredTrigger {
  const old = before.find((trigger) => 'cron' in trigger && trigger.cron === cron)
  const timezone = given ?? (old !== undefined && 'cron' in old ? old.timezone : undefined)
  return { cron, ...(timezone !== undefined && { timezone }) }
}
