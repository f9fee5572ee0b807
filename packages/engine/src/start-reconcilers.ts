import {
  type Clock,
  type CrashPoints,
  defaultDiskPolicy,
  defaultScaleSettings,
  type DiskPolicy,
  type Logger,
  type MachineSize,
  type ScaleSettings,
} from '@cairn/domain'
import type { EngineDriver, ImageBuilder } from '@cairn/driver'
import type { Database, Hints, ObjectStore, SecretCipher } from '@cairn/store'
import { createBuildReconciler } from './build/build-reconciler.ts'
import { type BuildSettings, defaultBuildSettings } from './build/build-settings.ts'
import { createGuardedAgent, parseEgressAllow } from './execution/http/egress-guard.ts'
import { createDomainReconciler } from './domain/domain-reconciler.ts'
import type { ResolveTxt } from './domain/resolve-txt.ts'
import { createImageReconciler } from './image/image-reconciler.ts'
import { createDiskKeeper } from './image/keep-disk.ts'
import { createNotificationReconciler } from './notification/notification-reconciler.ts'
import {
  defaultNotificationSettings,
  type MailSettings,
  type NotificationSettings,
} from './notification/notification-settings.ts'
import { ReceiverGate } from './notification/receiver-gate.ts'
import { createMailSender } from './notification/send-mail.ts'
import { createWebhookSender } from './notification/send-webhook.ts'
import type { Reconciler } from './reconcile/reconciler.ts'
import { createPushReconciler } from './registry/push-reconciler.ts'
import type { RegistrySettings } from './registry/registry-settings.ts'
import type { Repositories } from './repository/git-repositories.ts'
import { type ReconcileTimes, startReconcileLoop } from './reconcile/start-reconcile-loop.ts'
import { createScheduleReconciler } from './schedule/schedule-reconciler.ts'
import { defaultScheduleSettings, type ScheduleSettings } from './schedule/schedule-settings.ts'
import { createSampler, defaultSampleSettings, type SampleSettings, seedSample } from './sample/sample-services.ts'
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
  readonly repositories: Repositories
  /** Of files that live no longer than this process; made when it is missing. */
  readonly temporaryDirectory: string
  readonly installationId: string
  readonly clock: Clock
  readonly crashPoints: CrashPoints
  readonly logger: Logger
  /** Opens the secrets that builds are given and that webhooks are signed with. */
  readonly secretCipher: SecretCipher
  /** Hosts, addresses and CIDRs that webhooks may reach although they are private. */
  readonly egressAllow: readonly string[]
  /** null = no mail can be sent, and deliveries by mail fail with that reason. */
  readonly mail: MailSettings | null
  /** Where clients reach the API; begins the links in notifications. */
  readonly publicUrl: string
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: () => MachineSize | null
  /** Where built images are pushed to; null = nowhere. */
  readonly registry: RegistrySettings | null
  /** Where the proofs of domains are looked for. */
  readonly resolveTxt: ResolveTxt
  /** Domains of services that need no proof, with all below them. */
  readonly vouchedDomains: readonly string[]
  /** Those that differ from the defaults. */
  readonly settings?: {
    readonly build?: Partial<BuildSettings>
    readonly schedule?: Partial<ScheduleSettings>
    readonly sweep?: Partial<SweepSettings>
    readonly sample?: Partial<SampleSettings>
    readonly disk?: Partial<DiskPolicy>
    readonly scaling?: Partial<ScaleSettings>
    readonly notification?: Partial<NotificationSettings>
    readonly times?: Partial<ReconcileTimes>
  }
}

/** Milliseconds between two looks at the disk: measuring takes the engine seconds. */
const diskLookMs = 300_000

export interface Reconcilers {
  /** Hands everything under way back; containers go on. */
  stop(): Promise<void>
}

/**
 * Builds, pushes and deletes images, keeps services as they are wanted, starts scheduled runs, delivers notifications, and sweeps. Any number
 * of processes may do so on one database.
 *
 * @throws Error when `egressAllow` holds an entry that is none
 */
export function startReconcilers(options: ReconcilersOptions): Reconcilers {
  const { database, logger, settings = {} } = options
  const services = createServiceReconciler({
    ...options,
    checkHealth,
    scaling: { ...defaultScaleSettings, ...settings.scaling },
    logger: logger.child({ part: 'service' }),
  })
  const builds = createBuildReconciler({
    ...options,
    logger: logger.child({ part: 'build' }),
    settings: { ...defaultBuildSettings, ...settings.build },
  })
  const images = createImageReconciler({ ...options, logger: logger.child({ part: 'image' }) })
  const pushes = createPushReconciler({ ...options, logger: logger.child({ part: 'push' }) })
  const sweeper = createSweeper({
    ...options,
    logger: logger.child({ part: 'sweep' }),
    diskKeeper: createDiskKeeper({
      ...options,
      logger: logger.child({ part: 'disk' }),
      policy: { ...defaultDiskPolicy, ...settings.disk },
      everyMs: diskLookMs,
    }),
    orphanRules: [createServiceOrphanRule(database)],
    settings: { ...defaultSweepSettings, ...settings.sweep },
  })
  const notifications = createNotifications(options)
  const schedules = createScheduleReconciler({
    ...options,
    logger: logger.child({ part: 'schedule' }),
    settings: { ...defaultScheduleSettings, ...settings.schedule },
  })
  const sampler = createSampler({
    ...options,
    logger: logger.child({ part: 'sample' }),
    settings: { ...defaultSampleSettings, ...settings.sample },
  })
  const domains = createDomainReconciler({ ...options, logger: logger.child({ part: 'domain' }) })
  const reconcilers = [builds, images, pushes, services, domains, schedules, notifications.reconciler, sweeper, sampler]
  const loop = startReconcileLoop({ ...options, reconcilers, times: settings.times ?? {} })
  const seeded = Promise.all([seedSweep(database), seedSample(database)]).catch((error: unknown) =>
    logger.error({ err: error }, 'the sweep and the samples could not be scheduled; they are at the next start'),
  )
  return {
    async stop() {
      await seeded
      await loop.stop()
      await services.stop()
      await notifications.stop()
    },
  }
}

function createNotifications(options: ReconcilersOptions): { reconciler: Reconciler; stop(): Promise<void> } {
  const settings = { ...defaultNotificationSettings, ...options.settings?.notification }
  const agent = createGuardedAgent(parseEgressAllow(options.egressAllow))
  const reconciler = createNotificationReconciler({
    ...options,
    ...settings,
    logger: options.logger.child({ part: 'notification' }),
    gate: new ReceiverGate(settings.perReceiver),
    sendMail: createMailSender(options.mail, settings.mailTimeoutMs),
    sendWebhook: createWebhookSender(agent, settings.webhookTimeoutMs),
  })
  return { reconciler, stop: () => agent.destroy() }
}
