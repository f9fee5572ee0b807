import {
  networkName,
  type RevisionState,
  type ServiceEffect,
  serviceEnvironment,
  type StartFailure,
} from '@cairn/domain'
import { DriverError, type EngineDriver, type WorkloadSpec } from '@cairn/driver'
import type { StoredService } from '@cairn/store'
import type { ServiceLogPumps } from './pump-service-logs.ts'

/** Processes and threads that one instance may have. */
const mostPids = 1_024
/** Longest wait for the log of an instance before its container is removed. */
const finishLogMs = 5_000

export interface ServiceActor {
  readonly driver: EngineDriver
  readonly pumps: ServiceLogPumps
  readonly installationId: string
}

export interface EffectOutcomes {
  /** Starts that the engine refused, by name. */
  readonly startFailures: ReadonlyMap<string, StartFailure>
  /** The first removal that the engine refused for good; null = none. */
  readonly removalRefused: string | null
}

/**
 * Carries the effects out, side by side; each is idempotent by name.
 *
 * @throws DriverError `unavailable` or `timeout` when the engine does not answer; the pass is to be repeated
 */
export async function actOnService(
  actor: ServiceActor,
  service: StoredService,
  effects: readonly ServiceEffect[],
  signal: AbortSignal,
): Promise<EffectOutcomes> {
  const startFailures = new Map<string, StartFailure>()
  let removalRefused: string | null = null
  await Promise.all(
    effects.map(async (effect) => {
      try {
        if (effect.kind === 'start') await start(actor, service, effect, signal)
        else if (effect.kind === 'thaw') await actor.driver.thaw(effect.name, { signal })
        else await remove(actor, service, effect, signal)
      } catch (error) {
        if (!(error instanceof DriverError) || error.code === 'unavailable') throw error
        if (effect.kind === 'start') {
          startFailures.set(effect.name, { reason: error.message, permanent: !error.retryable })
        } else if (error.retryable || effect.kind === 'thaw') throw error
        else removalRefused ??= error.message
      }
    }),
  )
  return { startFailures, removalRefused }
}

async function start(
  actor: ServiceActor,
  service: StoredService,
  effect: { readonly name: string; readonly revision: number },
  signal: AbortSignal,
): Promise<void> {
  const revision = service.state.revisions.find((candidate) => candidate.revision === effect.revision)
  if (revision === undefined) throw new Error(`service ${service.state.id} has no revision ${effect.revision}`)
  const spec = workloadSpec(actor.installationId, service, revision, effect.name)
  await actor.driver.ensureNetwork(spec.network, { signal })
  await actor.driver.ensure(spec, { signal })
}

function workloadSpec(
  installationId: string,
  { identity }: StoredService,
  { spec }: RevisionState,
  name: string,
): WorkloadSpec {
  return {
    name,
    owner: { kind: 'service', id: identity.id, tenantId: identity.tenant.id },
    image: spec.image.engineId,
    command: spec.entrypoint,
    env: serviceEnvironment(identity, spec),
    resources: {
      cpus: spec.resources.cpus,
      memoryBytes: spec.resources.memoryBytes,
      pids: mostPids,
      storageBytes: null,
    },
    network: networkName(installationId, identity.tenant.id),
    files: null,
    publishPort: spec.port,
  }
}

/** The log is complete in the store before the container, and with it the engine's copy, goes. */
async function remove(
  actor: ServiceActor,
  service: StoredService,
  effect: { readonly name: string; readonly graceMs: number },
  signal: AbortSignal,
): Promise<void> {
  await actor.driver.stop(effect.name, effect.graceMs, { signal })
  await actor.pumps.finish({ serviceId: service.state.id, name: effect.name }, finishLogMs)
  await actor.driver.remove(effect.name, { signal })
}
