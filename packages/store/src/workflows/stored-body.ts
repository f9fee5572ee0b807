/** A workflow's body as its revisions keep it: what the contract accepted, with the ids of its hooks. */
import type { UpdateWorkflowBody, Watcher, WorkflowBody } from '@cairn/contract'
import { noTriggersBefore, type StoredTrigger, storeTriggers, type TriggersBefore } from './stored-trigger.ts'

export interface StoredBody extends Omit<WorkflowBody, 'triggers'> {
  readonly triggers: readonly StoredTrigger[]
  readonly tags: NonNullable<WorkflowBody['tags']>
  readonly watchers: Watcher[]
}

/** The body of the revision before, and the hooks that it has. */
export interface BodyBefore extends StoredBody, TriggersBefore {
  readonly triggers: readonly StoredTrigger[]
}

/** Rows are written only by {@link storeBody}. */
export function readStoredBody(body: object): StoredBody {
  return body as StoredBody
}

/**
 * What a revision keeps of a body. A patch by a client of the reference leaves out `metadata` and `retryOptions`, so
 * absence keeps those of the revision before; every other absent key is empty from now on.
 */
export function storeBody(body: UpdateWorkflowBody, name: string, before: BodyBefore | null): StoredBody {
  const metadata = body.metadata ?? before?.metadata
  const retryOptions = body.retryOptions ?? before?.retryOptions
  return {
    name,
    tags: body.tags ?? [],
    watchers: body.watchers ?? [],
    triggers: storeTriggers(body.triggers ?? [], before ?? noTriggersBefore),
    steps: body.steps,
    ...(metadata !== undefined && { metadata }),
    ...(retryOptions !== undefined && { retryOptions }),
  }
}
