/**
 * Keeps one log pump per instance of this process: from the engine's log into the stream `service:<id>:<workload>`.
 *
 * Always true: at most one pump of this process writes a stream. Pumps of two processes on one stream cannot mix or double
 * lines (`pumpLogs`), they only read more than they need. A pump that ends because its instance did is how the end of an
 * instance is noticed at once instead of at the next health check.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { stripVTControlCharacters } from 'node:util'
import { type InstanceState, type Logger, serviceLogStream } from '@cairn/domain'
import type { EngineDriver } from '@cairn/driver'
import { type Database, type Hints, readRecentChunks, type StoredService } from '@cairn/store'
import { EngineSilence } from '../execution/container/log-end.ts'
import { pumpLogs } from '../execution/container/pump-logs.ts'
import { type NamedSecrets, readServiceSecrets, type SecretSource } from './service-secrets.ts'

export interface ServiceLogPumps {
  /** Starts a pump for the instance, if none runs. `onEnd`: the instance's log has ended. */
  follow(instance: ServiceInstanceName, onEnd: () => void): void
  /** Waits until the log of an instance that has ended is stored, at most `timeoutMs`. */
  finish(instance: ServiceInstanceName, timeoutMs: number): Promise<void>
  /** The newest 8 lines with text in them that are stored, oldest first, each shortened to 300 characters. */
  lastLines(instance: ServiceInstanceName): Promise<readonly string[]>
  /** Stops the pumps of the service's instances other than these. */
  keepOnly(serviceId: string, names: ReadonlySet<string>): void
  /** Stops all pumps. What was read and not stored yet is read again by whoever pumps next. */
  stop(): Promise<void>
}

export interface ServiceInstanceName {
  readonly serviceId: string
  readonly name: string
  /** What its lines must not tell. */
  readonly secrets: NamedSecrets
}

/** How the pumps know an instance of the service. */
export function logOf({ identity, state }: StoredService, instance: InstanceState): ServiceInstanceName {
  const spec = state.revisions.find(({ revision }) => revision === instance.revision)?.spec
  const secrets = { tenantId: identity.tenant.id, names: spec?.secrets ?? [] }
  return { serviceId: state.id, name: instance.name, secrets }
}

interface PumpParts {
  readonly database: Database
  readonly hints: Hints
  readonly driver: EngineDriver
  readonly secrets: SecretSource
  readonly logger: Logger
}

interface Pump {
  readonly serviceId: string
  readonly aborter: AbortController
  readonly done: Promise<void>
  /** Monotonic milliseconds at which it ended; null = it runs. */
  endedAt: number | null
}

/** A pump that ended although its instance runs is not started again sooner. */
const restartPauseMs = 30_000
const mostQuotedLines = 8
const longestQuotedLine = 300
/** Of a log with none but blank lines no more is read. */
const mostChunks = 20

export function createServiceLogPumps(parts: PumpParts): ServiceLogPumps {
  const pumps = new Map<string, Pump>()

  const start = (instance: ServiceInstanceName, onEnd: () => void): Pump => {
    const aborter = new AbortController()
    const done = pump(parts, instance, aborter.signal).finally(() => {
      started.endedAt = performance.now()
      if (!aborter.signal.aborted) onEnd()
    })
    const started: Pump = { serviceId: instance.serviceId, aborter, done, endedAt: null }
    pumps.set(instance.name, started)
    return started
  }

  return {
    follow(instance, onEnd) {
      const known = pumps.get(instance.name)
      const mayRestart = known !== undefined && performance.now() - (known.endedAt ?? Infinity) > restartPauseMs
      if (known === undefined || mayRestart) start(instance, onEnd)
    },
    async finish(instance, timeoutMs) {
      const { done } = pumps.get(instance.name) ?? start(instance, () => undefined)
      const timer = new AbortController()
      await Promise.race([done, pause(timeoutMs, undefined, { signal: timer.signal }).catch(() => undefined)])
      timer.abort()
    },
    lastLines: (instance) => lastStoredLines(parts.database, instance),
    keepOnly(serviceId, names) {
      for (const [name, known] of pumps) {
        if (known.serviceId !== serviceId || names.has(name)) continue
        known.aborter.abort()
        pumps.delete(name)
      }
    },
    async stop() {
      for (const known of pumps.values()) known.aborter.abort()
      await Promise.all([...pumps.values()].map((known) => known.done))
      pumps.clear()
    },
  }
}

/** Never rejects: without its log an instance still serves. */
async function pump(parts: PumpParts, instance: ServiceInstanceName, signal: AbortSignal): Promise<void> {
  const stream = serviceLogStream(instance.serviceId, instance.name)
  const onError = (error: unknown): void => parts.logger.warn({ err: error, stream }, 'a log chunk waits to be stored')
  const onStored = (): void => parts.hints.notify('log')
  try {
    const { db } = parts.database
    const secrets = await readServiceSecrets(parts.secrets, instance.secrets)
    // Without them nothing could be masked.
    if (secrets.kind === 'refused') throw new Error(secrets.reason)
    const { mask } = secrets
    const silence = new EngineSilence()
    const target = { db, processId: null, stream, resumes: true, mask, silence, onStored, onError }
    await pumpLogs(parts.driver, instance.name, target, signal)
  } catch (error) {
    if (!signal.aborted) parts.logger.warn({ err: error, stream }, 'the log of an instance is not followed for now')
  }
}

async function lastStoredLines(database: Database, instance: ServiceInstanceName): Promise<readonly string[]> {
  let found: readonly string[] = []
  let chunks = 0
  const stream = serviceLogStream(instance.serviceId, instance.name)
  for await (const lines of readRecentChunks(database.db, stream, Number.POSITIVE_INFINITY)) {
    found = [...lines.map((line) => printable(line.text)).filter((text) => text !== ''), ...found]
    chunks += 1
    if (found.length >= mostQuotedLines || chunks >= mostChunks) break
  }
  return found.slice(-mostQuotedLines).map(shortened)
}

function shortened(line: string): string {
  return line.length > longestQuotedLine ? `${line.slice(0, longestQuotedLine).toWellFormed()}…` : line
}

/** Without colours and control characters, of which PostgreSQL could not even store NUL. */
function printable(text: string): string {
  return stripVTControlCharacters(text)
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
}
