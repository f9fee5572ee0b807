import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'
import type { ServiceKey } from '../service-state/service-key.ts'

export interface WakeRecord {
  readonly number: number
  readonly tier: 'frozen' | 'asleep'
  readonly cause: string
  readonly askedAt: Date
  /** null = it goes on. */
  readonly endedAt: Date | null
  readonly outcome: 'awake' | 'failed' | null
  readonly reason: string | null
}

/** Wakes of a service, the newest first. */
export async function readWakes(db: Db, service: ServiceKey, page: PageRequest): Promise<Page<WakeRecord>> {
  const wakes = db
    .selectFrom('service_wake')
    .where('service_id', '=', service.id)
    .where('tenant_id', '=', service.tenantId)
  const [items, counted] = await Promise.all([
    wakes
      .select(['number', 'tier', 'cause', 'asked_at as askedAt', 'ended_at as endedAt', 'outcome', 'reason'])
      .orderBy('number', 'desc')
      .limit(page.pageSize)
      .offset(pageOffset(page))
      .execute(),
    wakes.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items, total: counted.total }
}
