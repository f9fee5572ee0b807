/** A workflow's body as its revisions keep it: what the contract accepted, with the ids of its webhooks. */
import type { UpdateWorkflowBody, Watcher, WorkflowBody } from '@cairn/contract'
import { type StoredTrigger, storeTriggers } from './stored-trigger.ts'

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
    triggers: storeTriggers(body.triggers ?? [], before?.triggers ?? []),
    steps: body.steps,
    ...(metadata !== undefined && { metadata }),
    ...(retryOptions !== undefined && { retryOptions }),
  }
}

/** The hooks of a body, as create and update answer them. */
export function webhooksOf(body: StoredBody): { readonly triggers?: { webhook: string }[] } {
  const triggers = body.triggers.flatMap((trigger) => ('webhook' in trigger ? [{ webhook: trigger.webhook }] : []))
  return triggers.length === 0 ? {} : { triggers }
}
