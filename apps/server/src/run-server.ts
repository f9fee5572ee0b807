import { DirectoryInUseError, NoEmbeddedPostgresError } from '@cairn/store'
import { type Logger, pino } from 'pino'
import { type Server, startServer } from './compose.ts'
import { SecretKeyError } from './secret-keys.ts'
import { describeListenFailure } from './listen-failure.ts'
import { ConfigError, programEnvironment, readConfig, unknownSettings } from './config.ts'

const drainMs = 10_000

/** Prints for the operator's terminal, since the log may be switched off. Operators' errors go without a stack. */
export function fail(error: unknown): never {
  process.stderr.write(`cairn: ${wordsOf(error)}\n`)
  process.exit(1)
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const listening = describeListenFailure(error)
  if (listening !== null) return listening
  const isOperators =
    error instanceof ConfigError ||
    error instanceof DirectoryInUseError ||
    error instanceof NoEmbeddedPostgresError ||
    error instanceof SecretKeyError
  return isOperators ? error.message : (error.stack ?? error.message)
}

/** Starts the server with the settings of the environment; the process ends with it. */
export async function runServer(): Promise<void> {
  const settings = readConfig()
  const logger = pino({
    level: settings.logLevel,
    redact: ['authorization', 'headers.authorization', 'req.headers.authorization'],
  })
  for (const name of unknownSettings()) logger.warn({ name }, 'this variable is no setting of Cairn')
  failOnFaults(logger)
  const startedAt = performance.now()
  const starting = startServer({ settings, programs: programEnvironment(), logger })
  stopOnSignals(starting, logger)
  const server = await starting
  const startMs = Math.round(performance.now() - startedAt)
  const { publicUrl: url, installationId: installation } = server
  logger.info({ url, installation, roles: settings.roles, startMs }, 'serving')
  if (server.newAdminToken !== null) {
    process.stdout.write(`Token of the first administrator, shown only now: ${server.newAdminToken}\n`)
  }
}

function failOnFaults(logger: Logger): void {
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      logger.fatal({ err: error }, 'a fault of Cairn: the process ends, and its work is taken over')
      fail(error)
    })
  }
}

/** A signal during the start stops what has been started, once it has. */
function stopOnSignals(starting: Promise<Server>, logger: Logger): void {
  let isStopping = false
  const stop = (signal: NodeJS.Signals): void => {
    if (isStopping) process.exit(1)
    isStopping = true
    logger.info({ signal }, 'stopping; a second signal ends at once')
    starting.then((server) => server.stop(drainMs)).then(() => process.exit(0), fail)
  }
  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
