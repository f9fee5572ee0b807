import type { HealthCheck, InstanceState, ObservedInstance, ServiceState } from '@cairn/domain'
import { nextHealthCheckAt } from '@cairn/domain'
import type { EngineDriver, Observation } from '@cairn/driver'
import type { StoredService } from '@cairn/store'
import type { HealthChecker } from './check-health.ts'
import { logOf, type ServiceLogPumps } from './pump-service-logs.ts'

/** Longest wait for the log of an instance that has exited, so that its last lines can be quoted. */
const lastLineMs = 3_000

/**
 * What the engine shows of every recorded instance. Rejects when the engine does not answer: unknown is not gone.
 *
 * @param onEnd called later, when an instance that runs has ended
 */
export async function observeInstances(
  parts: { readonly driver: EngineDriver; readonly pumps: ServiceLogPumps },
  service: StoredService,
  signal: AbortSignal,
  onEnd: () => void,
): Promise<ReadonlyMap<string, ObservedInstance | null>> {
  const entries = await Promise.all(
    service.state.instances.map(async (instance): Promise<[string, ObservedInstance | null]> => {
      const seen = await parts.driver.observe(instance.name, { signal })
      const log = logOf(service, instance)
      if (seen?.phase === 'running' || seen?.phase === 'frozen') parts.pumps.follow(log, onEnd)
      const isNews = seen?.phase === 'exited' && instance.status !== 'stopping'
      if (isNews) await parts.pumps.finish(log, lastLineMs)
      const logLines = isNews ? await parts.pumps.lastLines(log) : []
      return [instance.name, seen === null ? null : toObserved(seen, logLines)]
    }),
  )
  return new Map(entries)
}

function toObserved(seen: Observation, logLines: readonly string[]): ObservedInstance {
  return {
    phase: seen.phase,
    address: seen.address,
    startedAt: seen.startedAt?.getTime() ?? null,
    exit: seen.exit === null ? null : { ...seen.exit, logLines },
  }
}

/** The health checks that are due, made side by side. What serves or is to serve is checked, for old sessions too. */
export async function checkInstances(
  look: {
    readonly state: ServiceState
    readonly observations: ReadonlyMap<string, ObservedInstance | null>
    readonly lastCheckAt: ReadonlyMap<string, number>
    readonly now: number
  },
  check: HealthChecker,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, HealthCheck>> {
  const revisions = new Map(look.state.revisions.map((revision) => [revision.revision, revision]))
  const isDue = (instance: InstanceState): boolean => {
    const observed = look.observations.get(instance.name) ?? null
    const due = nextHealthCheckAt(instance, observed, look.lastCheckAt.get(instance.name) ?? null)
    return due !== null && due <= look.now
  }
  const checks = look.state.instances.filter(isDue).map(async (instance): Promise<[string, HealthCheck] | null> => {
    const revision = revisions.get(instance.revision)
    const address = look.observations.get(instance.name)?.address ?? null
    if (address === null || revision === undefined) return null
    if (revision.status === 'removed' || revision.status === 'failed') return null
    return [instance.name, await check({ ...address, path: revision.spec.healthCheckPath, mayAsk: false }, signal)]
  })
  return new Map((await Promise.all(checks)).filter((entry) => entry !== null))
}
