import { pino } from 'pino'
import { ConfigError, programEnvironment, readConfig, unknownSettings } from './config.ts'
import { startServer } from './compose.ts'

const drainMs = 10_000

/** The message is for the operator's terminal; the log may be switched off. */
function fail(error: unknown): never {
  const words = error instanceof ConfigError ? error.message : error instanceof Error ? error.stack : String(error)
  process.stderr.write(`cairn: ${words ?? ''}\n`)
  process.exit(1)
}

async function run(): Promise<void> {
  const settings = readConfig()
  const logger = pino({
    level: settings.logLevel,
    redact: ['authorization', 'headers.authorization', 'req.headers.authorization', 'err.config'],
  })
  for (const signal of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(signal, (error: unknown) => {
      logger.fatal({ err: error }, 'a fault of Cairn; the process ends and hands its work on')
      fail(error)
    })
  }
  for (const name of unknownSettings()) logger.warn({ name }, 'this variable is no setting of Cairn')
  const startedAt = performance.now()
  const server = await startServer({ settings, programs: programEnvironment(), logger })
  let stopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (stopping) process.exit(1)
    stopping = true
    logger.info({ signal }, 'stopping; a second signal ends at once')
    server.stop(drainMs).then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
  logger.info(
    {
      url: server.publicUrl,
      installation: server.installationId,
      roles: settings.roles,
      startMs: Math.round(performance.now() - startedAt),
    },
    'serving',
  )
  if (server.newAdminToken !== null) {
    process.stdout.write(`Token of the first administrator, shown only now: ${server.newAdminToken}\n`)
  }
}

run().catch(fail)
