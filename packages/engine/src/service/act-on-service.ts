import { once } from 'node:events'
import {
  networkName,
  type RevisionState,
  type ServiceEffect,
  serviceEnvironment,
  type StartFailure,
} from '@cairn/domain'
import { DriverError, type EngineDriver, type WorkloadSpec } from '@cairn/driver'
import type { Database, Hints, StoredService } from '@cairn/store'
import { untilWoken } from '../scale/until-woken.ts'
import type { BegunRemovals } from './begun-removals.ts'
import { logOf, type ServiceLogPumps } from './pump-service-logs.ts'
import { readServiceSecrets, type SecretSource } from './service-secrets.ts'

/** Processes and threads that one instance may have. */
const mostPids = 1_024
/** Longest wait for the log of an instance before its container is removed. */
const finishLogMs = 5_000

export interface ServiceActor {
  readonly database: Database
  readonly hints: Hints
  readonly removals: BegunRemovals
  readonly driver: EngineDriver
  readonly pumps: ServiceLogPumps
  readonly secrets: SecretSource
  readonly installationId: string
}

export interface EffectOutcomes {
  /** Starts that the engine refused, by name. */
  readonly startFailures: ReadonlyMap<string, StartFailure>
  /** The first removal that the engine refused for good; null = none. */
  readonly removalRefused: string | null
}

/**
 * Carries the effects out, side by side; each is idempotent by name. Removals that are under way are left to themselves when
 * somebody waits for the service to wake.
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
  const over = new AbortController()
  const patience = effects.some(({ kind }) => kind === 'remove') ? untilHurried(actor, service, { signal, over }) : null
  const acting = Promise.all(
    effects.map(async (effect) => {
      try {
        if (effect.kind === 'start') {
          const failure = await start(actor, service, effect, signal)
          if (failure !== null) startFailures.set(effect.name, failure)
        } else if (effect.kind === 'thaw') await actor.driver.thaw(effect.name, { signal })
        else await Promise.race([beginRemoval(actor, service, effect), patience])
      } catch (error) {
        if (!(error instanceof DriverError) || error.code === 'unavailable') throw error
        if (error.retryable || effect.kind !== 'remove') throw error
        removalRefused ??= error.message
      }
    }),
  )
  // What nobody waits for any more ends as aborted.
  patience?.catch(() => undefined)
  await acting.finally(() => over.abort())
  return { startFailures, removalRefused }
}

/** Resolves when the pass has to go on although removals are under way; rejects when it has to end. */
async function untilHurried(
  actor: ServiceActor,
  service: StoredService,
  { signal, over }: { readonly signal: AbortSignal; readonly over: AbortController },
): Promise<void> {
  if (service.scale.tier === 'waking') return
  signal.throwIfAborted()
  const ended = once(signal, 'abort', { signal: over.signal }).then(() => signal.throwIfAborted())
  await Promise.race([untilWoken(actor, service, over.signal), ended])
}

/** Null = the engine has it. What is wrong with the engine itself is thrown. */
async function start(
  actor: ServiceActor,
  service: StoredService,
  effect: { readonly name: string; readonly revision: number },
  signal: AbortSignal,
): Promise<StartFailure | null> {
  const revision = service.state.revisions.find((candidate) => candidate.revision === effect.revision)
  if (revision === undefined) throw new Error(`service ${service.state.id} has no revision ${effect.revision}`)
  const names = revision.spec.secrets
  const secrets = await readServiceSecrets(actor.secrets, { tenantId: service.identity.tenant.id, names })
  if (secrets.kind === 'refused') return { reason: secrets.reason, permanent: true }
  const spec: WorkloadSpec = {
    ...workloadSpec(actor.installationId, service, revision, effect.name),
    env: serviceEnvironment(service.identity, revision.spec, secrets.values),
  }
  try {
    await actor.driver.ensureNetwork(spec.network, { signal })
    await actor.driver.ensure(spec, { signal })
    return null
  } catch (error) {
    if (!(error instanceof DriverError) || error.code === 'unavailable') throw error
    if (error.code !== 'spec_conflict') return { reason: secrets.mask.mask(error.message), permanent: !error.retryable }
    // Made by a server that died before it started, with a secret that was replaced since: it is made anew.
    await actor.driver.remove(effect.name, { signal })
    return { reason: 'its container is made anew', permanent: false }
  }
}

function workloadSpec(
  installationId: string,
  { identity }: StoredService,
  { spec }: RevisionState,
  name: string,
): Omit<WorkloadSpec, 'env'> {
  return {
    name,
    owner: { kind: 'service', id: identity.id, tenantId: identity.tenant.id },
    image: spec.image.engineId,
    command: spec.entrypoint,
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
function beginRemoval(
  { driver, pumps, removals }: ServiceActor,
  service: StoredService,
  effect: { readonly name: string; readonly graceMs: number },
): Promise<void> {
  return removals.begin(effect.name, async (signal) => {
    await driver.stop(effect.name, effect.graceMs, { signal })
    const instance = service.state.instances.find(({ name }) => name === effect.name)
    if (instance !== undefined) await pumps.finish(logOf(service, instance), finishLogMs)
    await driver.remove(effect.name, { signal })
  })
}
