/**
 * Schedules: each tick of a workflow starts at most one run, or is recorded as missed with the reason.
 *
 * Always true: a run, the record of its tick and the schedule's new `handled_until` commit together, under the lock of the
 * workflow's row and the lease. So a process that dies before the commit leaves the tick to the next pass, one that dies
 * after it leaves nothing, and of two processes one does it. The record's primary key (workflow, tick) is the second line,
 * also for clocks that were put back. The database's clock decides what is due; the time between passes is the work row's.
 *
 * Lock order: workflow row → own work row → schedules, ticks, execution → work of kind `notification`.
 */
import {
  type CrashPoints,
  decideTicks,
  type Logger,
  type MachineSize,
  nextOfAll,
  type TickDecision,
} from '@cairn/domain'
import {
  type Database,
  findScheduledTenant,
  type Hints,
  isTickRecorded,
  type LockedWorkflow,
  lockWorkflow,
  readSchedules,
  recordTicks,
  startRun,
  type TickRecord,
  type Tx,
  type WorkItem,
  writeScheduleStates,
} from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { recordMissed } from './record-missed.ts'
import type { ScheduleSettings } from './schedule-settings.ts'
import { whyNotStarted } from './why-not-started.ts'

export interface ScheduleReconcilerOptions {
  readonly database: Database
  readonly hints: Hints
  readonly logger: Logger
  readonly crashPoints: CrashPoints
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: () => MachineSize | null
  readonly settings: ScheduleSettings
}

/** A schedule is looked at once a day at least, so that no wrong clock and no new time zone data lasts. */
const longestPauseMs = 24 * 3_600_000
/** Later than this is worth a word. */
const lateMs = 5000

export function createScheduleReconciler(options: ScheduleReconcilerOptions): Reconciler {
  return { kind: 'schedule', concurrency: 8, reconcile: (item, context) => reconcile(options, item, context) }
}

async function reconcile(
  options: ScheduleReconcilerOptions,
  item: WorkItem,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const { database, hints, logger, crashPoints } = options
  const workflowId = Number(item.key)
  const tenantId = await findScheduledTenant(database.db, workflowId)
  if (tenantId === null) return { kind: 'done' }
  crashPoints.reach('schedule.claimed')
  const looked = await database.transaction(async (tx) => {
    const locked = await lockWorkflow(tx, tenantId, workflowId)
    await context.holdLease(tx)
    return locked === null || locked.paused ? null : look(options, tx, { tenantId, locked })
  })
  crashPoints.reach('schedule.committed')
  if (looked === null) return { kind: 'done' }
  if (looked.executionId !== null) hints.notify('execution')
  if (looked.missed > 0) {
    hints.notify('work')
    logger.warn({ workflowId, tenantId, missed: looked.missed }, 'scheduled runs were not started')
  }
  return { kind: 'requeue', afterMs: looked.pauseMs }
}

interface Scheduled {
  readonly tenantId: string
  readonly locked: LockedWorkflow
}

interface Looked {
  readonly executionId: string | null
  /** Records of missed ticks that were made. */
  readonly missed: number
  readonly pauseMs: number
}

async function look(options: ScheduleReconcilerOptions, tx: Tx, scheduled: Scheduled): Promise<Looked> {
  const { settings, crashPoints } = options
  const { tenantId, locked } = scheduled
  const { states, now } = await readSchedules(tx, tenantId, locked.id)
  const decision = decideTicks(states, now, settings.graceMs)
  const started = decision.start === null ? null : await start(options, tx, { scheduled, start: decision.start, now })
  const missed: TickRecord[] = decision.missed.map((ticks) => ({ ...ticks, executionId: null }))
  if (started !== null && started.executionId === null) missed.push(started)
  await recordTicks(tx, { tenantId, workflowId: locked.id }, [...missed, ...(started === null ? [] : [started])])
  await writeScheduleStates(tx, locked.id, decision.states)
  await recordMissed(tx, scheduled, missed)
  crashPoints.reach('schedule.before-commit')
  const next = nextOfAll(decision.states, now)
  return {
    executionId: started?.executionId ?? null,
    missed: missed.length,
    pauseMs: next === null ? longestPauseMs : Math.min(next - now, longestPauseMs),
  }
}

interface Due {
  readonly scheduled: Scheduled
  readonly start: NonNullable<TickDecision['start']>
  readonly now: number
}

/** null = the tick was dealt with before, as when a clock was put back. */
async function start(options: ScheduleReconcilerOptions, tx: Tx, due: Due): Promise<TickRecord | null> {
  const { tenantId, locked } = due.scheduled
  const { schedule, tick } = due.start
  if (await isTickRecorded(tx, locked.id, tick)) return null
  const started = await startRun(
    tx,
    {
      tenantId,
      workflowId: locked.id,
      trigger: 'schedule',
      startedBy: 'schedule',
      parameters: { global: {}, stepWise: {} },
    },
    { machine: options.machine(), ...options.settings },
  )
  const record = { schedule, tick, until: null }
  if (started.kind !== 'started') return { ...record, executionId: null, reason: whyNotStarted(started) }
  const late = due.now - tick
  const reason = late < lateMs ? null : `started ${Math.round(late / 1000)} s after its time`
  return { ...record, executionId: started.executionId, reason }
}
