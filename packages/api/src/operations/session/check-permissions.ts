import { type Access, accessNeededBy, includesAccess, type OperationId, type Route, routes } from '@cairn/contract'
import { notBuilt } from '../../not-built.ts'
import type { Operation } from '../../operation.ts'

interface Feature {
  readonly actions: readonly ('read' | 'write')[]
}

const app = 'CAIRN'

/** What each group of the API needs: all that its operations of a kind ask for. */
interface Needs {
  readonly reads: readonly Access[]
  readonly writes: readonly Access[]
}

const unserved: ReadonlySet<string> = new Set(notBuilt)

function needsByTag(): ReadonlyMap<string, Needs> {
  const found = new Map<string, Needs>()
  for (const [id, route] of Object.entries(routes) as [OperationId, Route][]) {
    const need = accessNeededBy(id)
    if (need === null || unserved.has(id)) continue
    const { reads, writes } = found.get(route.tag) ?? { reads: [], writes: [] }
    const isRead = route.method === 'GET'
    found.set(route.tag, { reads: isRead ? [...reads, need] : reads, writes: isRead ? writes : [...writes, need] })
  }
  return found
}

const needs = needsByTag()

/** `read` where everything that reads is allowed, `write` where everything is: the table of access in other words. */
export const checkPermissions: Operation<'checkPermissions'> = async (_context, { caller }) => {
  const features = [...needs].map(([tag, { reads, writes }]): [string, Feature] => {
    const mayAll = (all: readonly Access[]): boolean => all.every((need) => includesAccess(caller.access, need))
    if (!mayAll(reads)) return [tag.toUpperCase(), { actions: [] }]
    return [tag.toUpperCase(), { actions: writes.length > 0 && mayAll(writes) ? ['read', 'write'] : ['read'] }]
  })
  return { [app]: Object.fromEntries(features) }
}
