/** A workflow's body as its revisions keep it: what the contract accepted, with the ids of its webhooks. */
import { randomUUID } from 'node:crypto'
import type { Trigger, UpdateWorkflowBody, Watcher, WorkflowBody } from '@cairn/contract'

export type StoredTrigger = { readonly cron: string } | { readonly webhook: string }

export interface StoredBody extends Omit<WorkflowBody, 'triggers'> {
  readonly triggers: readonly StoredTrigger[]
  readonly tags: NonNullable<WorkflowBody['tags']>
  readonly watchers: Watcher[]
}

/** Rows are written only by {@link storeBody}. */
export function readStoredBody(body: object): StoredBody {
  return body as StoredBody
}

/**
 * What a revision keeps of a body. A patch by a client of the reference leaves out `metadata` and `retryOptions`, so
 * absence keeps those of the revision before; every other absent key is empty from now on.
 */
export function storeBody(body: UpdateWorkflowBody, name: string, before: StoredBody | null): StoredBody {
  const metadata = body.metadata ?? before?.metadata
  const retryOptions = body.retryOptions ?? before?.retryOptions
  return {
    name,
    tags: body.tags ?? [],
    watchers: body.watchers ?? [],
    triggers: (body.triggers ?? []).flatMap((trigger) => storeTrigger(trigger, before)),
    steps: body.steps,
    ...(metadata !== undefined && { metadata }),
    ...(retryOptions !== undefined && { retryOptions }),
  }
}

/** `{}` stands for starts by hand only. */
function storeTrigger(trigger: Trigger, before: StoredBody | null): StoredTrigger[] {
  if (trigger.cron !== undefined) return [{ cron: trigger.cron }]
  if (trigger.webhook === undefined || trigger.webhook === false) return []
  const known = (before?.triggers ?? []).flatMap((old) => ('webhook' in old ? [old.webhook] : []))
  const kept = trigger.webhookPolicy === 'preserve' ? known[0] : known.find((id) => id === trigger.webhook)
  return [{ webhook: kept ?? randomUUID() }]
}

/** The hooks of a body, as create and update answer them. */
export function webhooksOf(body: StoredBody): { readonly triggers?: { webhook: string }[] } {
  const triggers = body.triggers.flatMap((trigger) => ('webhook' in trigger ? [{ webhook: trigger.webhook }] : []))
  return triggers.length === 0 ? {} : { triggers }
}
