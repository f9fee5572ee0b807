import type {
  PastFiring,
  PastFiringsPage,
  PastFiringsQuery,
  ScheduleCalendarPage,
  ScheduleCalendarQuery,
  ScheduleFirings,
  SystemHealth,
  SystemReport,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import type { Transport } from '../transport/transport.ts'

/** What goes on and what is to come, over all that the tenant has. Got from `createClient().system`. */
export class System {
  readonly #transport: Transport

  constructor(transport: Transport) {
    this.#transport = transport
  }

  /**
   * Whether the installation works: its version, how many engines are alive, and the tenant's live runs.
   *
   * @example
   * const { liveEngines } = await client.system.getHealth()
   * if (liveEngines === 0) console.log('nothing starts until an engine is alive')
   */
  getHealth(options?: CallOptions): Promise<SystemHealth> {
    return this.#transport.call('getSystemHealth', {}, options)
  }

  /**
   * The state of the installation: its database, the engines that are alive, what is due, and the tenant's live runs.
   *
   * @throws ForbiddenError unless the caller is an admin.
   * @example
   * const { engines, queue } = await client.system.getReport()
   * if (engines.length === 0) console.log('no engine runs', queue)
   */
  getReport(options?: CallOptions): Promise<SystemReport> {
    return this.#transport.call('getSystemReport', {}, options)
  }

  /**
   * Lists when the schedules of all workflows fire, by the names of the workflows: over the next seven days unless `dateFrom` and
   * `dateTo` say otherwise, over 31 days at most. A page of 25 schedules tells 168 times of each, which is every hour of a week;
   * a longer page tells fewer, and `hasMore` says where some are left out.
   *
   * @throws BadRequestError when the end is not after the start, or more than 31 days after it.
   * @example
   * for await (const { workflowName, firings, hasMore } of client.system.listScheduleCalendar()) {
   *   console.log(workflowName, firings[0], hasMore)
   * }
   */
  listScheduleCalendar(
    query: ScheduleCalendarQuery = {},
    options?: CallOptions,
  ): List<ScheduleFirings, ScheduleCalendarPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listScheduleCalendar', { query: { ...query, pageNumber } }, options),
      ({ schedules }) => schedules,
    )
  }

  /**
   * Lists what became of the times of all schedules, newest first: over the last seven days unless `dateFrom` and `dateTo` say
   * otherwise.
   *
   * @example
   * for await (const { workflowName, scheduledAt, outcome, runStatus } of client.system.listPastFirings()) {
   *   if (outcome === 'missed' || runStatus === 'Failed') console.log(workflowName, scheduledAt)
   * }
   */
  listPastFirings(query: PastFiringsQuery = {}, options?: CallOptions): List<PastFiring, PastFiringsPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listPastFirings', { query: { ...query, pageNumber } }, options),
      ({ firings }) => firings,
    )
  }
}
