/**
 * Looks at what services use, again and again; one key of the queue, so one process at a time.
 *
 * Always true: an instance that cannot be looked at is left out of its service's sample and holds up no other. What the process saw before is
 * in its memory: after a change of the process the first sample knows no CPU.
 */
import { type Logger, limitConcurrency } from '@cairn/domain'
import type { EngineDriver, Load, WorkloadName } from '@cairn/driver'
import {
  type Database,
  enqueueWork,
  listSampledInstances,
  removeOldSamples,
  type ServiceUse,
  writeServiceSamples,
} from '@cairn/store'
import type { Reconciler } from '../reconcile/reconciler.ts'

export interface SampleSettings {
  /** Milliseconds between two looks. */
  readonly everyMs: number
  /** Age in milliseconds from which samples are removed. */
  readonly keptMs: number
}

export const defaultSampleSettings: SampleSettings = { everyMs: 30_000, keptMs: 24 * 3_600_000 }

export interface SamplerParts {
  readonly database: Database
  readonly driver: Pick<EngineDriver, 'load'>
  readonly logger: Logger
  readonly settings: SampleSettings
}

/** Looks under way at a time. */
const width = 4
const lookTimeoutMs = 5000

/** Makes the sample due once; from then on it requeues itself. */
export async function seedSample(database: Database): Promise<void> {
  await database.transaction((tx) => enqueueWork(tx, { kind: 'sample', key: 'all' }))
}

export function createSampler(parts: SamplerParts): Reconciler {
  const { database, settings } = parts
  let before: ReadonlyMap<WorkloadName, Seen> = new Map()
  return {
    kind: 'sample',
    concurrency: 1,
    async reconcile(_item, { signal }) {
      const { uses, seen } = await look(parts, before, signal)
      before = seen
      await writeServiceSamples(database.db, uses)
      await removeOldSamples(database.db, settings.keptMs)
      return { kind: 'requeue', afterMs: settings.everyMs }
    },
  }
}

interface Seen {
  /** By `performance.now()`. */
  readonly atMs: number
  readonly cpuSeconds: number
}

async function look(parts: SamplerParts, before: ReadonlyMap<WorkloadName, Seen>, signal: AbortSignal) {
  const limit = limitConcurrency(width)
  const seen = new Map<WorkloadName, Seen>()
  const uses = new Map<string, ServiceUse>()
  const instances = await listSampledInstances(parts.database.db)
  await Promise.all(
    instances.map(async ({ serviceId, workload }) => {
      const load = await limit(() => loadOf(parts, workload, signal))
      if (load === null) return
      const now = { atMs: performance.now(), cpuSeconds: load.cpuSeconds }
      seen.set(workload, now)
      uses.set(
        serviceId,
        add(uses.get(serviceId) ?? null, { serviceId, load, cores: coresSince(before.get(workload), now) }),
      )
    }),
  )
  return { uses: [...uses.values()], seen }
}

/** null = it does not run, or cannot be looked at now. */
async function loadOf({ driver, logger }: SamplerParts, workload: WorkloadName, signal: AbortSignal) {
  signal.throwIfAborted()
  try {
    return await driver.load(workload, { signal: AbortSignal.any([signal, AbortSignal.timeout(lookTimeoutMs)]) })
  } catch (error) {
    signal.throwIfAborted()
    logger.warn({ err: error, workload }, 'what an instance uses cannot be looked at now')
    return null
  }
}

function coresSince(before: Seen | undefined, now: Seen): number | null {
  if (before === undefined || now.atMs <= before.atMs) return null
  return Math.max(0, now.cpuSeconds - before.cpuSeconds) / ((now.atMs - before.atMs) / 1000)
}

function add(
  sum: ServiceUse | null,
  { serviceId, load, cores }: { readonly serviceId: string; readonly load: Load; readonly cores: number | null },
): ServiceUse {
  const { memoryBytes, memoryLimitBytes } = load
  if (sum === null) return { serviceId, instances: 1, cpuCores: cores, memoryBytes, memoryLimitBytes }
  return {
    serviceId,
    instances: sum.instances + 1,
    cpuCores: plus(sum.cpuCores, cores),
    memoryBytes: sum.memoryBytes + memoryBytes,
    memoryLimitBytes: plus(sum.memoryLimitBytes, memoryLimitBytes),
  }
}

function plus(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : one + other
}
