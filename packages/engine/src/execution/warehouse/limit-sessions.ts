import { type Limiter, limitConcurrency } from '@cairn/domain'

/** So many sessions of one tenant at a time, and so many in all; the others wait in order. */
export function limitSessions(limits: {
  readonly ofTenant: number
  readonly inAll: number
}): (tenantId: string) => Limiter {
  const all = limitConcurrency(limits.inAll)
  const byTenant = new Map<string, Limiter>()
  return (tenantId) => {
    const own = byTenant.get(tenantId) ?? limitConcurrency(limits.ofTenant)
    byTenant.set(tenantId, own)
    return (task) => own(() => all(task))
  }
}
