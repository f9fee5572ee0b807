import { recordResourceEvent, type TokenHolder, type Tx } from '@cairn/store'

export interface Change {
  /** E.g. `workflow.revised`; the part before the point is the resource's kind. */
  readonly type: `${'artifact' | 'build' | 'image' | 'workflow' | 'service' | 'secret' | 'query'}.${string}`
  readonly id: string | number
  readonly facts?: object
}

/** Adds who did what to the resource's history, in the transaction of the change. */
export function recordChange(tx: Tx, caller: TokenHolder, change: Change): Promise<void> {
  const [kind = ''] = change.type.split('.')
  return recordResourceEvent(tx, {
    tenantId: caller.tenantId,
    kind,
    resourceId: String(change.id),
    type: change.type,
    data: { ...change.facts, by: caller.userEmail },
  })
}
