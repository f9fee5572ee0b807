import type {
  PastFiring,
  PastFiringsPage,
  PastFiringsQuery,
  ScheduleCalendarPage,
  ScheduleCalendarQuery,
  ScheduleFirings,
  SystemHealth,
  Backup,
  BackupPage,
  ListBackupsQuery,
  QueuedBackup,
  SystemReport,
} from '@cairn/contract'
import { type List, listOf } from '../list.ts'
import type { CallOptions } from '../transport/call-options.ts'
import { NotFoundError, UnwantedOutcomeError } from '../errors.ts'
import { type WaitOptions, waitUntil } from '../watch.ts'
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
   * Lists backups, newest first. The page has the plan by which they are made; null = none are. For administrators.
   *
   * @example
   * const [newest] = await client.system.listBackups({ pageSize: 1 }).all()
   * if (newest?.proof?.status !== 'proven') console.warn('the newest backup was not restored yet', newest?.error)
   */
  listBackups(query: ListBackupsQuery = {}, options?: CallOptions): List<Backup, BackupPage> {
    return listOf(
      query.pageNumber ?? 1,
      (pageNumber) => this.#transport.call('listBackups', { query: { ...query, pageNumber } }, options),
      ({ backups }) => backups,
    )
  }

  /**
   * Has a backup made now; it begins within seconds. For administrators.
   *
   * @throws ConflictError when one is being made, or when the installation makes none.
   * @example
   * const { id } = await client.system.makeBackup()
   */
  makeBackup(options?: CallOptions): Promise<QueuedBackup> {
    return this.#transport.call('makeBackup', {}, options)
  }

  /**
   * Waits until a backup is made and, where each is tried, until it was restored and read.
   *
   * @throws UnwantedOutcomeError when it could not be made, or not be restored, with the reason.
   * @throws NotFoundError when there is no such backup.
   * @example
   * const { id } = await client.system.makeBackup()
   * const { file } = await client.system.waitForBackup(id)
   */
  async waitForBackup(id: number, options: WaitOptions = {}): Promise<Backup> {
    const what = `backup ${id}`
    const { backup } = await waitUntil(
      what,
      (call) => this.#findBackup(id, call),
      ({ backup: { status, proof }, isProven }) =>
        status === 'failed' ||
        (status === 'completed' && (!isProven || (proof !== null && proof.status !== 'running'))),
      options,
    )
    if (backup.status === 'failed') throw new UnwantedOutcomeError(what, { status: 'failed', reason: backup.error })
    if (backup.proof?.status !== 'failed') return backup
    throw new UnwantedOutcomeError(what, { status: 'not to be restored', reason: backup.proof.error })
  }

  async #findBackup(id: number, call: CallOptions): Promise<{ backup: Backup; isProven: boolean }> {
    const list = this.listBackups({ pageSize: 100 }, call)
    for await (const { plan, backups } of list.pages()) {
      const backup = backups.find((each) => each.id === id)
      if (backup !== undefined) return { backup, isProven: plan?.isProven ?? false }
    }
    throw new NotFoundError(`there is no backup ${id}`, {
      status: 404,
      code: 'not_found',
      requestId: null,
      errors: [],
      retryAfterSeconds: null,
      operation: 'listBackups',
      cause: null,
    })
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
