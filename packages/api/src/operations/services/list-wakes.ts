import type { ServiceWake } from '@cairn/contract'
import { findService, readWakes, type WakeRecord } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

export const listWakes: Operation<'listWakes'> = async (context, { caller, params, query }) => {
  const { db } = context.database
  const service = await findService(db, caller.tenantId, params.serviceId)
  if (service === null) throw notFound('service', params.serviceId)
  const request = pageRequestOf(query)
  const page = await readWakes(db, { id: service.id, tenantId: caller.tenantId }, request)
  return { wakes: page.items.map(toWake), wakesCount: page.total, ...pageKeysOf(page, request) }
}

function toWake({ number, tier, cause, askedAt, endedAt, outcome, reason }: WakeRecord): ServiceWake {
  const durationMs = endedAt !== null && outcome === 'awake' ? endedAt.getTime() - askedAt.getTime() : null
  return { number, from: tier, cause, requestedAt: askedAt.toISOString(), durationMs, outcome, reason }
}
