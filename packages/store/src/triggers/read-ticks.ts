import type { TickOutcome } from '@cairn/contract'
import type { Db } from '../database/database.ts'
import { type Page, type PageRequest, pageOffset } from '../page.ts'

export interface StoredTick {
  readonly tick: Date
  /** The last tick when the record stands for many. */
  readonly until: Date | null
  readonly cron: string
  readonly timezone: string
  readonly outcome: TickOutcome
  readonly executionId: string | null
  readonly reason: string | null
  readonly recordedAt: Date
}

export interface TickFilter {
  readonly workflowId: number
  readonly outcome?: readonly TickOutcome[]
  /** Ticks at or after. */
  readonly from: Date
  /** Ticks at or before. */
  readonly to: Date
}

/** What became of a workflow's ticks, the newest first. Index: primary key. */
export async function listTicks(
  db: Db,
  tenantId: string,
  filter: TickFilter,
  page: PageRequest,
): Promise<Page<StoredTick>> {
  const { outcome } = filter
  let found = db
    .selectFrom('schedule_tick')
    .where('workflow_id', '=', filter.workflowId)
    .where('tenant_id', '=', tenantId)
    .where('tick', '>=', filter.from)
    .where('tick', '<=', filter.to)
  if (outcome !== undefined && outcome.length > 0) found = found.where('outcome', 'in', outcome)
  const [items, counted] = await Promise.all([
    found
      .select([
        'tick',
        'until',
        'cron',
        'timezone',
        'outcome',
        'execution_id as executionId',
        'reason',
        'recorded_at as recordedAt',
      ])
      .orderBy('tick', 'desc')
      .limit(page.pageSize)
      .offset(pageOffset(page))
      .execute(),
    found.select((eb) => eb.fn.countAll<number>().as('total')).executeTakeFirstOrThrow(),
  ])
  return { items, total: counted.total }
}
