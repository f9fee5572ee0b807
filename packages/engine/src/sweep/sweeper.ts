/**
 * The safety net, one key of the queue, so one process at a time: what was forgotten is enqueued, what is orphaned is
 * removed. Each part is tried on each sweep, whatever became of the others.
 */
import type { Clock, Logger } from '@cairn/domain'
import type { EngineDriver } from '@cairn/driver'
import {
  type Database,
  enqueueWork,
  forgetRetiredSecrets,
  type Hints,
  type ObjectStore,
  removeOldChanges,
  removeOldAuditEvents,
  removeEndedSessions,
  removeOldNotifications,
  removeOldServiceLogs,
  removeOldTriggerRecords,
} from '@cairn/store'
import type { DiskKeeper } from '../image/keep-disk.ts'
import { LeaseLost, type ReconcileContext, type Reconciler } from '../reconcile/reconciler.ts'
import { enqueueForgotten, enqueuePushes } from './enqueue-forgotten.ts'
import type { OrphanRule } from './orphan-rule.ts'
import { createOrphanSweep } from './remove-orphans.ts'
import { removeStrayFiles, removeUnusedRows } from './remove-unused-objects.ts'

export interface SweeperOptions {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly objectStore: ObjectStore
  readonly orphanRules: readonly OrphanRule[]
  readonly diskKeeper: DiskKeeper
  readonly logger: Logger
  readonly clock: Clock
  readonly settings: SweepSettings
  /** null = images are pushed nowhere. */
  readonly registry: { readonly address: string } | null
}

export interface SweepSettings {
  /** Milliseconds between two sweeps. */
  readonly everyMs: number
  /** Milliseconds between two looks at every file of the object store. */
  readonly filesEveryMs: number
  /** Age in milliseconds from which bytes that nothing refers to are removed. */
  readonly objectAgeMs: number
  /** Age in milliseconds from which notifications, their deliveries, inbox entries and records of scheduled times are removed. */
  readonly retentionMs: number
  /** Age in milliseconds from which the log of an instance of a service that is gone is removed. */
  readonly serviceLogAgeMs: number
  /** Bytes that the log of one service may take. */
  readonly serviceLogBytes: number
  /** Milliseconds between two looks at the logs of services. */
  readonly serviceLogsEveryMs: number
  /** Age in milliseconds from which events of the audit log are removed. */
  readonly auditAgeMs: number
  /** Age in milliseconds from which the ids of webhook messages are forgotten. */
  readonly messageAgeMs: number
}

const hourMs = 3_600_000

export const defaultSweepSettings: SweepSettings = {
  everyMs: 60_000,
  filesEveryMs: hourMs,
  objectAgeMs: hourMs,
  retentionMs: 90 * 24 * hourMs,
  messageAgeMs: 3 * 24 * hourMs,
  auditAgeMs: 365 * 24 * hourMs,
  serviceLogAgeMs: 14 * 24 * hourMs,
  serviceLogBytes: 256 * 1024 ** 2,
  serviceLogsEveryMs: hourMs / 6,
}

/** Nobody resumes a stream of events after so long. */
const changeAgeMs = hourMs / 2

/** Rows removed by one statement. */
const rowsAtOnce = 1000

/** Makes the sweep due once; from then on it requeues itself. */
export async function seedSweep(database: Database): Promise<void> {
  await database.transaction((tx) => enqueueWork(tx, { kind: 'sweep', key: 'all' }))
}

type Part = (context: ReconcileContext) => Promise<void>

/** Removes batch after batch until one is not full. */
async function inBatches(signal: AbortSignal, remove: (batch: number) => Promise<number>): Promise<void> {
  while ((await remove(rowsAtOnce)) === rowsAtOnce) signal.throwIfAborted()
}

export function createSweeper(options: SweeperOptions): Reconciler {
  const { settings, logger, clock } = options
  const objects = { ...options, objectAgeMs: settings.objectAgeMs }
  const orphans = createOrphanSweep({ ...options, rules: options.orphanRules })
  let filesSweptAt = Number.NEGATIVE_INFINITY
  let logsSweptAt = Number.NEGATIVE_INFINITY
  const parts: Readonly<Record<string, Part>> = {
    'enqueue what was forgotten': (context) => enqueueForgotten(options, context),
    'push what is in no registry': (context) => enqueuePushes(options, context),
    'remove orphaned workloads': ({ signal }) => orphans.run(signal),
    'keep the disk in order': (context) => options.diskKeeper.run(context),
    'forget retired secrets': async () => {
      await forgetRetiredSecrets(options.database.db)
    },
    'remove unused objects': ({ signal }) => removeUnusedRows(objects, signal),
    'remove old records of triggers': () =>
      removeOldTriggerRecords(options.database.db, {
        tickAgeMs: settings.retentionMs,
        messageAgeMs: settings.messageAgeMs,
      }),
    'remove old changes': async () => {
      await removeOldChanges(options.database.db, new Date(clock.now() - changeAgeMs))
    },
    'remove old audit events': ({ signal }) =>
      inBatches(signal, (batch) => removeOldAuditEvents(options.database.db, settings.auditAgeMs, batch)),
    'remove ended sessions': () => removeEndedSessions(options.database.db),
    'remove stray files': async ({ signal }) => {
      if (clock.now() - filesSweptAt < settings.filesEveryMs) return
      await removeStrayFiles(objects, signal)
      filesSweptAt = clock.now()
    },
    'remove old logs of services': async ({ signal }) => {
      if (clock.now() - logsSweptAt < settings.serviceLogsEveryMs) return
      const endedBefore = new Date(clock.now() - settings.serviceLogAgeMs)
      const bounds = { endedBefore, mostBytes: settings.serviceLogBytes }
      await removeOldServiceLogs(options.database.db, bounds, signal)
      logsSweptAt = clock.now()
    },
    'remove old notifications': async ({ signal }) => {
      const before = new Date(clock.now() - settings.retentionMs)
      await inBatches(signal, (batch) => removeOldNotifications(options.database.db, before, batch))
    },
  }
  return {
    kind: 'sweep',
    concurrency: 1,
    async reconcile(_item, context) {
      for (const [part, run] of Object.entries(parts)) {
        await run(context).catch((error: unknown) => {
          context.signal.throwIfAborted()
          if (error instanceof LeaseLost) throw error
          logger.warn({ err: error, part }, 'a part of the sweep failed and is tried again at the next one')
        })
      }
      return { kind: 'requeue', afterMs: settings.everyMs }
    },
  }
}
