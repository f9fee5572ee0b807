import type { TenantChange } from '@cairn/store'

export type Changes = Map<string, TenantChange>

/** Puts a change to those that wait to be told: one for each resource, which says what became of it since it was told last. */
export function mergeChange(waiting: Changes, change: TenantChange): void {
  const key = `${change.kind} ${change.parentId ?? ''} ${change.id}`
  const before = waiting.get(key)
  waiting.set(key, before === undefined ? change : { ...change, change: merged(before.change, change.change) })
}

type Kind = TenantChange['change']

function merged(before: Kind, after: Kind): Kind {
  if (after === 'deleted') return 'deleted'
  // Parts are removed together with the whole, in any order.
  if (before === 'deleted') return after === 'created' ? 'updated' : 'deleted'
  return before === 'created' ? 'created' : after
}
