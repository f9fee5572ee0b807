import type { Clock, CrashPoints, Logger } from '@cairn/domain'
import type { EngineDriver, ImageBuilder } from '@cairn/driver'
import type { Database, Hints, ObjectStore } from '@cairn/store'
import { createBuildReconciler } from './build/build-reconciler.ts'
import { type BuildSettings, defaultBuildSettings } from './build/build-settings.ts'
import { type ReconcileTimes, startReconcileLoop } from './reconcile/start-reconcile-loop.ts'
import { checkHealth } from './service/check-health.ts'
import { createServiceReconciler } from './service/reconcile-service.ts'
import { createServiceOrphanRule } from './sweep/service-orphans.ts'
import { createSweeper, defaultSweepSettings, seedSweep, type SweepSettings } from './sweep/sweeper.ts'

export interface ReconcilersOptions {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly builder: ImageBuilder
  readonly objectStore: ObjectStore
  readonly installationId: string
  readonly clock: Clock
  readonly crashPoints: CrashPoints
  readonly logger: Logger
  /** Those that differ from the defaults. */
  readonly settings?: {
    readonly build?: Partial<BuildSettings>
    readonly sweep?: Partial<SweepSettings>
    readonly times?: Partial<ReconcileTimes>
  }
}

export interface Reconcilers {
  /** Hands everything under way back; containers go on. */
  stop(): Promise<void>
}

/** Builds images, keeps services as they are wanted, and sweeps. Any number of processes may do so on one database. */
export function startReconcilers(options: ReconcilersOptions): Reconcilers {
  const { database, logger, settings = {} } = options
  const services = createServiceReconciler({ ...options, checkHealth, logger: logger.child({ part: 'service' }) })
  const builds = createBuildReconciler({
    ...options,
    logger: logger.child({ part: 'build' }),
    settings: { ...defaultBuildSettings, ...settings.build },
  })
  const sweeper = createSweeper({
    ...options,
    logger: logger.child({ part: 'sweep' }),
    orphanRules: [createServiceOrphanRule(database)],
    settings: { ...defaultSweepSettings, ...settings.sweep },
  })
  const reconcilers = [builds, services, sweeper]
  const loop = startReconcileLoop({ ...options, reconcilers, times: settings.times ?? {} })
  const seeded = seedSweep(database).catch((error: unknown) =>
    logger.error({ err: error }, 'the sweep could not be scheduled; it is at the next start'),
  )
  return {
    async stop() {
      await seeded
      await loop.stop()
      await services.stop()
    },
  }
}
