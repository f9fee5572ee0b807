import { asksForEvidence, type HealthCheck, type InstanceEvidence, type ObservedInstance } from '@cairn/domain'
import { DriverError, type EngineDriver, type ListeningPort, type WorkloadName } from '@cairn/driver'
import type { StoredService } from '@cairn/store'
import { logOf, type ServiceLogPumps } from './pump-service-logs.ts'

/** Longest wait for what an instance listens on. */
const listeningMs = 5_000

/** What can be found out about instances that run and do not serve, so that their users need not look for it. */
export async function gatherEvidence(
  parts: { readonly driver: EngineDriver; readonly pumps: ServiceLogPumps },
  service: StoredService,
  look: {
    readonly observations: ReadonlyMap<string, ObservedInstance | null>
    readonly checks: ReadonlyMap<string, HealthCheck>
    readonly checkCounts: ReadonlyMap<string, number>
    readonly now: number
  },
  signal: AbortSignal,
): Promise<ReadonlyMap<string, InstanceEvidence>> {
  const doubtful = service.state.instances.filter((instance) => {
    const { name } = instance
    const made = { check: look.checks.get(name) ?? null, checks: look.checkCounts.get(name) ?? 0 }
    return asksForEvidence(look.now, instance, look.observations.get(name) ?? null, made)
  })
  const entries = doubtful.map(async (instance): Promise<[string, InstanceEvidence]> => {
    const [logLines, listening] = await Promise.all([
      parts.pumps.lastLines(logOf(service, instance)),
      listeningOf(parts.driver, instance.name, signal),
    ])
    return [instance.name, { checks: look.checkCounts.get(instance.name) ?? 0, logLines, listening }]
  })
  return new Map(await Promise.all(entries))
}

/** Nothing is decided by it, so an engine that cannot tell is no failure of the pass. */
async function listeningOf(
  driver: EngineDriver,
  name: WorkloadName,
  signal: AbortSignal,
): Promise<readonly ListeningPort[] | null> {
  try {
    const call = { signal: AbortSignal.any([signal, AbortSignal.timeout(listeningMs)]) }
    return await driver.listeningPorts(name, call)
  } catch (error) {
    if (error instanceof DriverError) return null
    throw error
  }
}
