/** The composition root: the only place that knows every part. */
import { join } from 'node:path'
import { type ApiLimits, buildApi, createSignInChecker, defaultApiLimits, type ReadinessProbe } from '@cairn/api'
import { type Clock, type Logger, noCrashPoints, schemeOf } from '@cairn/domain'
import {
  createPullingDriver,
  createGitRepositories,
  createTxtResolver,
  type RegistrySettings,
  startExecutionEngine,
  startReconcilers,
  startWokenThawer,
  type WokenThawer,
} from '@cairn/engine'
import { createRouteTable, createServiceCaller, databaseRoutes, type PlainPath } from '@cairn/gateway'
import {
  AuditLog,
  countWork,
  ensureGatewayKey,
  type ObjectStore,
  openLocalObjectStore,
  openWarehouses,
  pingDatabase,
  type SecretCipher,
  type Warehouses,
} from '@cairn/store'
import { backupPlanOf, checkBackupSettings, composeBackups } from './compose-backups.ts'
import { composeGateway } from './compose-gateway.ts'
import { readVersion } from './read-version.ts'
import type { ProgramEnvironment } from './config.ts'
import { type ContainerEngine, openContainerEngine } from './container-engine.ts'
import { type DataDirectory, openDataDirectory } from './data-directory.ts'
import { diskPolicyOf, executionSettings, mailSettingsOf, reconcilerSettingsOf } from './engine-settings.ts'
import { ensureFirstTenant } from './first-tenant.ts'
import { ensureShippedImages } from './global-images.ts'
import type { Destination, HttpServer } from './http-server.ts'
import { createMetrics } from './observe-work.ts'
import { type OpenedStore, openStore } from './open-store.ts'
import { noSecretCipher, openSecretCipher } from './secret-keys.ts'
import { readRegistrySettings } from './registry-settings.ts'
import { openIdentityProvider } from './oidc-settings.ts'
import { openPort } from './open-port.ts'
import { serviceHosts } from './service-hosts.ts'
import type { Settings } from './settings.ts'

export interface ComposeOptions {
  readonly settings: Settings
  readonly programs: ProgramEnvironment
  readonly logger: Logger
}

export interface Server {
  readonly port: number
  readonly installationId: string
  /** Where clients reach the API. */
  readonly publicUrl: string
  /** The first administrator's token when it was made by this start; shown once. */
  readonly newAdminToken: string | null
  /** Lets requests under way end (at most `drainMs`), hands work back, and closes everything. Containers go on. */
  stop(drainMs: number): Promise<void>
}

interface Part {
  stop(): Promise<void>
}

const clock: Clock = { now: () => Date.now() }

/** Where `npm run docs` and `npm run dashboard` put what they build. */
const siteDirectories = {
  docs: join(import.meta.dirname, '../../../docs/.vitepress/dist'),
  dashboard: join(import.meta.dirname, '../../dashboard/dist'),
}

/** Starts the server with the roles of its settings. Leaves nothing running when it rejects. */
export async function startServer(options: ComposeOptions): Promise<Server> {
  const { settings, logger } = options
  const parts: Part[] = []
  const stopParts = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop()
  }
  try {
    checkBackupSettings(settings)
    const data = await openDataDirectory(settings.dataDirectory)
    const isEmbedded = settings.databaseUrl === null
    const store = await openOwnStore(options, data)
    parts.push({ stop: () => store.close() })
    const needsSecrets = settings.roles.includes('api') || settings.roles.includes('engine')
    const secretCipher = needsSecrets
      ? await openSecretCipher(store.database, settings.secretKeyFile ?? data.secretKeyFile, logger)
      : noSecretCipher
    const [objectStore, newAdminToken, engine, http] = await Promise.all([
      openLocalObjectStore(data.objects, isEmbedded ? { abandonedAfterMs: 0 } : {}),
      ensureFirstTenant(store.database, settings.adminToken),
      openContainerEngine({
        dockerHost: settings.dockerHost,
        installationId: store.installationId,
        programs: options.programs,
        temporaryDirectory: data.temporary,
        logger,
      }),
      openPort(settings, logger),
    ])
    parts.push({ stop: () => http.drain(0) })
    if (settings.roles.includes('engine')) await ensureShippedImages(store.database)
    const thawer = startThawer(options, store, engine)
    if (thawer !== null) parts.push(thawer)
    const registry = await readRegistrySettings(settings)
    const warehouses = openTenantWarehouses(options, store, secretCipher)
    parts.push({ stop: () => warehouses.close() })
    const kept = { data, store, objectStore, secretCipher, warehouses }
    const composition = { ...options, ...kept, engine, http, registry, thawer }
    const publicUrl = publicUrlOf(settings, http.port)
    const stopping = new AbortController()
    const front = await startFront(composition, publicUrl, stopping.signal)
    parts.push(front)
    if (settings.roles.includes('engine')) parts.push(startEngine(composition, publicUrl))
    http.serve(front.destinations, front.plainPath)
    return {
      port: http.port,
      installationId: store.installationId,
      publicUrl,
      newAdminToken,
      stop: async (drainMs) => {
        stopping.abort()
        await http.drain(drainMs)
        await stopParts()
      },
    }
  } catch (error) {
    await stopParts()
    throw error
  }
}

function openOwnStore({ settings, logger }: ComposeOptions, data: DataDirectory): Promise<OpenedStore> {
  return openStore({
    databaseUrl: settings.databaseUrl,
    postgresDirectory: data.postgres,
    maxConnections: settings.maxDatabaseConnections,
    logger,
  })
}

/** Of steps, and of queries that people run. */
function openTenantWarehouses(
  { settings, logger }: ComposeOptions,
  store: OpenedStore,
  cipher: SecretCipher,
): Warehouses {
  return openWarehouses({
    database: store.database,
    cipher,
    installationId: store.installationId,
    serverUrl: settings.warehouseUrl ?? store.url,
    ownsServer: settings.warehouseUrl === null && settings.databaseUrl === null,
    onWarning: (message) => logger.warn({ part: 'warehouse' }, message),
  })
}

/** null for a process that runs no services. */
function startThawer({ settings, logger }: ComposeOptions, store: OpenedStore, engine: ContainerEngine) {
  return settings.roles.includes('engine') ? startWokenThawer({ ...store, driver: engine.driver, logger }) : null
}

interface Composition extends ComposeOptions {
  readonly store: OpenedStore
  readonly objectStore: ObjectStore
  readonly secretCipher: SecretCipher
  readonly warehouses: Warehouses
  readonly engine: ContainerEngine
  readonly http: HttpServer
  readonly data: DataDirectory
  readonly registry: RegistrySettings | null
  /** null = this process runs no services. */
  readonly thawer: WokenThawer | null
}

function publicUrlOf(settings: Settings, port: number): string {
  if (settings.publicUrl !== null) return settings.publicUrl
  const isEveryAddress = settings.host === '0.0.0.0' || settings.host === '::'
  const host = isEveryAddress ? 'localhost' : settings.host
  return `${settings.tlsCert === null ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}

function startEngine(
  { settings, programs, store, objectStore, secretCipher, warehouses, engine, data, logger, registry }: Composition,
  publicUrl: string,
): Part {
  const pulling = { driver: engine.driver, database: store.database, logger: logger.child({ part: 'registry' }) }
  const driver = registry === null ? engine.driver : createPullingDriver({ ...pulling, registry })
  const shared = {
    database: store.database,
    hints: store.hints,
    driver,
    registry,
    installationId: store.installationId,
    clock,
    crashPoints: noCrashPoints,
    repositories: createGitRepositories({
      path: programs.PATH,
      temporaryDirectory: data.temporary,
      egressAllow: settings.egressAllow,
    }),
  }
  const executions = startExecutionEngine({
    ...shared,
    warehouses,
    objectStore,
    logger: logger.child({ part: 'execution' }),
    secretCipher,
    egressAllow: settings.egressAllow,
    settings: executionSettings(settings),
  })
  const reconcilers = startReconcilers({
    ...shared,
    builder: engine.builder,
    objectStore,
    temporaryDirectory: data.temporary,
    logger,
    secretCipher,
    egressAllow: settings.egressAllow,
    mail: mailSettingsOf(settings),
    publicUrl,
    machine: () => engine.machine(),
    resolveTxt: createTxtResolver(settings.dnsServers),
    vouchedDomains: settings.vouchedDomains,
    settings: reconcilerSettingsOf(settings),
  })
  const backups = composeBackups({ ...shared, settings, logger: logger.child({ part: 'backup' }) })
  return {
    stop: async () => {
      await Promise.all([executions.stop(), reconcilers.stop(), backups?.stop()])
    },
  }
}

interface Front extends Part {
  readonly destinations: readonly Destination[]
  readonly plainPath: PlainPath | null
}

/** What data is in, beside the database. */
function storageOf({ objectStore, secretCipher, warehouses }: Composition) {
  return { objectStore, secretCipher, warehouses }
}

/** What listens: traffic to services first, then the API for every other host. */
async function startFront(composition: Composition, publicUrl: string, stopping: AbortSignal): Promise<Front> {
  const { settings, store, engine, http, logger, data } = composition
  const { database, hints } = store
  const domain = settings.domain ?? `localhost:${http.port}`
  const scheme = schemeOf(publicUrl)
  const metrics = createMetrics(database)
  const gatewayLogger = logger.child({ part: 'gateway' })
  const routes = createRouteTable({ source: databaseRoutes(database, hints), logger: gatewayLogger })
  // Hosts of services' own would be taken for Cairn's until the first read.
  await routes.refresh()
  const serviceCaller = createServiceCaller({ routes, domain })
  const identity = await identityParts(composition, publicUrl)
  const gateway = composeGateway({
    ...identity,
    database,
    hints,
    thawer: composition.thawer,
    settings,
    routes,
    domain,
    scheme,
    logger: gatewayLogger,
    clock,
    metrics,
    publicUrl,
    cookieKey: await ensureGatewayKey(database.db),
  })
  const api = await buildApi({
    database,
    hints,
    ...storageOf(composition),
    logger: logger.child({ part: 'api' }),
    clock,
    metrics,
    probes: [...storeProbes(store), engine.probe],
    serviceCaller,
    machine: () => engine.machine(),
    ...serviceHosts(domain, publicUrl),
    publicUrl,
    linkKey: data.linkKey,
    ...identity,
    ...rulesOf(settings),
    version: await readVersion(),
    stopping,
    siteDirectories,
  })
  const everyOtherHost = destinationOfApi(gateway.signInPage, api)
  return {
    destinations: settings.roles.includes('gateway') ? [gateway, everyOtherHost] : [everyOtherHost],
    plainPath: settings.roles.includes('gateway') ? gateway.plainPath : null,
    stop: async () => {
      await gateway.close()
      await serviceCaller.close()
      routes.close()
      await api.close()
    },
  }
}

/** What counts and records sign-ins, at the API and at the sign-in page: one for the process. */
async function identityParts({ store, settings, logger }: Composition, publicUrl: string) {
  const { database } = store
  const auditLog = new AuditLog(database.db)
  const identityProvider = await openIdentityProvider(settings, publicUrl)
  const signIns = createSignInChecker({
    database,
    clock,
    auditLog,
    logger: logger.child({ part: 'sign-in' }),
    limits: limitsOf(settings).signIns,
  })
  return { auditLog, identityProvider, signIns }
}

/** Every host that is no service's. */
function destinationOfApi(
  signInPage: ReturnType<typeof composeGateway>['signInPage'],
  api: Awaited<ReturnType<typeof buildApi>>,
): Destination {
  return {
    matches: () => true,
    handleRequest: (request, response) => {
      if (!signInPage.handle(request, response)) api.routing(request, response)
    },
    handleUpgrade: (_request, socket) => socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n'),
  }
}

function storeProbes({ database }: OpenedStore): readonly ReadinessProbe[] {
  return [
    {
      name: 'database',
      check: async () => {
        const status = await pingDatabase(database.db)
        return status.kind === 'up' ? null : status.reason
      },
    },
    {
      name: 'queue',
      check: async () => {
        await countWork(database.db)
        return null
      },
    },
  ]
}

/** What the API reads of the settings as they are. */
function rulesOf(settings: Settings) {
  return {
    mailDomains: settings.smtpUrl === null ? null : settings.mailDomains,
    backups: backupPlanOf(settings),
    limits: limitsOf(settings),
    allowedOrigins: settings.allowedOrigins,
    servesOperations: settings.roles.includes('api'),
  }
}

function limitsOf(settings: Settings): ApiLimits {
  const perSecond = settings.rateLimitPerSecond
  return {
    ...defaultApiLimits,
    uploadBytes: settings.maxUploadBytes,
    mostInstances: settings.mostInstances,
    rate: { perSecond, burst: perSecond * 4 },
    runs: { mostLiveRuns: settings.mostLiveRuns, mostWaitingRuns: settings.mostWaitingRuns },
    disk: diskPolicyOf(settings),
    scheduleSeconds: settings.leastScheduleSeconds,
  }
}
