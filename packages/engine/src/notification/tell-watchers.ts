/**
 * From something that happened to notifications. What is told, and to whom, is read when it is told; the key of the
 * notification makes sure that it is told once, whatever repeats the pass.
 */
import {
  type Clock,
  deliveryPatienceMs,
  type Happening,
  type NotificationFacts,
  notificationFacts,
  notificationKey,
  planDeliveries,
  runtimeLimits,
} from '@cairn/domain'
import {
  type Database,
  hastenWork,
  insertNotification,
  readMissedReason,
  readOutcomeBefore,
  readWatchedRun,
  readWatchedWorkflow,
  type WatchedRun,
  type WatchedWorkflow,
} from '@cairn/store'
import type { ReconcileContext, ReconcileResult } from '../reconcile/reconciler.ts'

export interface TellParts {
  readonly database: Database
  readonly clock: Clock
  /** Begins the links in notifications. */
  readonly publicUrl: string
}

const done: ReconcileResult = { kind: 'done' }
const minute = 60_000

/** Tells of the end of a run. */
export async function tellEnd(
  parts: TellParts,
  context: ReconcileContext,
  executionId: string,
): Promise<ReconcileResult> {
  const { db } = parts.database
  const run = await readWatchedRun(db, executionId)
  const { status } = run ?? {}
  if (run === null || (status !== 'success' && status !== 'failed' && status !== 'stopped')) return done
  const recovered = status === 'success' && hasRecoveryWatcher(run) && (await readOutcomeBefore(db, run)) === 'failed'
  await tell(parts, context, {
    watched: run,
    executionId,
    key: notificationKey({ kind: 'finished', executionId }),
    happening: { kind: 'finished', status, recovered },
    facts: factsOfRun(run, parts.publicUrl),
  })
  // Whether it exceeded a limit is known for good now, and nothing is left to wait for.
  if (runtimeLimits(run.watchers).length > 0) {
    await hastenWork(db, { kind: 'notification', key: notificationKey({ kind: 'runtime', executionId }) })
  }
  return done
}

function hasRecoveryWatcher({ watchers }: WatchedWorkflow): boolean {
  return watchers.some(({ events }) => events.recovered === true)
}

function factsOfRun(run: WatchedRun, publicUrl: string, more: { minutes?: number } = {}): NotificationFacts {
  return notificationFacts({ ...run, run }, publicUrl, more)
}

/**
 * Tells of every limit that the run has exceeded by now, counted from its first attempt, and comes back for the next one.
 * A pass that comes after the end of the run still tells of what the run did exceed.
 */
export async function tellRuntime(
  parts: TellParts,
  context: ReconcileContext,
  executionId: string,
): Promise<ReconcileResult> {
  const run = await readWatchedRun(parts.database.db, executionId)
  if (run === null) return done
  const limits = runtimeLimits(run.watchers)
  const now = run.finishedAt?.getTime() ?? parts.clock.now()
  const elapsedMs = run.firstAttemptAt === null ? 0 : now - run.firstAttemptAt.getTime()
  for (const minutes of limits.filter((limit) => limit * minute <= elapsedMs)) {
    await tell(parts, context, {
      watched: run,
      executionId,
      key: `${notificationKey({ kind: 'runtime', executionId })}:${minutes}`,
      happening: { kind: 'runtimeExceeded', minutes },
      facts: factsOfRun(run, parts.publicUrl, { minutes }),
    })
  }
  const next = limits.find((limit) => limit * minute > elapsedMs)
  if (next === undefined || run.finishedAt !== null) return done
  return { kind: 'requeue', afterMs: next * minute - elapsedMs }
}

/** Tells of a scheduled run that did not start. */
export async function tellMissed(
  parts: TellParts,
  context: ReconcileContext,
  missed: { readonly workflowId: number; readonly tick: string },
): Promise<ReconcileResult> {
  const { db } = parts.database
  const workflow = await readWatchedWorkflow(db, missed.workflowId)
  if (workflow === null) return done
  const reason = await readMissedReason(db, workflow, missed.tick)
  await tell(parts, context, {
    watched: workflow,
    executionId: null,
    key: notificationKey({ kind: 'missed', ...missed }),
    happening: { kind: 'missed' },
    facts: notificationFacts({ ...workflow, run: null }, parts.publicUrl, { reason, scheduledAt: missed.tick }),
  })
  return done
}

interface Telling {
  readonly watched: WatchedWorkflow
  readonly executionId: string | null
  readonly key: string
  readonly happening: Happening
  readonly facts: NotificationFacts
}

async function tell(parts: TellParts, context: ReconcileContext, telling: Telling): Promise<void> {
  const { watched, executionId, key, facts } = telling
  const deliveries = planDeliveries(watched.watchers, telling.happening)
  if (deliveries.length === 0) return
  const now = parts.clock.now()
  await parts.database.transaction(async (tx) => {
    await context.holdLease(tx)
    await insertNotification(tx, {
      tenantId: watched.tenantId,
      workflowId: watched.workflowId,
      executionId,
      key,
      facts,
      deliveries,
      createdAt: new Date(now),
      giveUpAt: new Date(now + deliveryPatienceMs),
    })
  })
}
