/**
 * Makes a container of a name and starts it, once, whatever crashes and whoever else tries.
 *
 * Invariant: a container's process starts at most once. The engine would start an exited container again, so
 * - only the caller that created a container starts it, and by its id, never by its name;
 * - a container found in `created` (its creator crashed, or is about to start it) is given time to start, then removed
 *   without force, which the engine refuses once it runs, and made again under a new id. A creator that wakes up late
 *   starts an id that no longer exists, is told so, and adopts.
 */
import { type Call, checkSpec, DriverError, type Observation, specHash, type WorkloadSpec } from '@cairn/driver'
import { type Engine, findContainer, inspectContainer } from './containers.ts'
import { createContainer, removeUnstarted } from './create-container.ts'
import type { EngineFeatures } from './engine-features.ts'
import { storedSpecHash, toObservation } from './from-inspect.ts'
import { heldIdentity } from './held/observe-held.ts'
import { adoptHeld, releaseConnected } from './held/release-held.ts'
import { onNetwork } from './networks.ts'
import { pause } from './pause.ts'
import { toStartFailure } from './start-failure.ts'
import { toCreateOptions } from './to-create-options.ts'

const notModified = 304
const startPollMs = 50
/** For 5 s at least a name may be taken and yet not there, while another caller creates or removes its container. */
const mostAttempts = 100
/** 1 s in all: a start takes about 0.25 s, and a crashed creator's never comes. */
const startPolls = 20

export async function ensureWorkload(
  engine: Engine,
  features: EngineFeatures,
  spec: WorkloadSpec,
  call: Call,
): Promise<Observation> {
  checkSpec(spec)
  const released = await releaseConnected(engine, spec, call)
  if (released !== null) return released
  return await onNetwork(engine, spec.network, call, async (network) => {
    const namesOtherLimits = features.engine === 'podman'
    const setting = { installation: engine.installation, hasInit: features.hasInit, namesOtherLimits, network }
    return await makeOrAdopt(engine, spec, toCreateOptions(spec, setting), call)
  })
}

async function makeOrAdopt(engine: Engine, spec: WorkloadSpec, body: object, call: Call): Promise<Observation> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const id = await createContainer(engine, spec, body, call)
    const observation = id === null ? await adopt(engine, spec, call) : await start(engine, id, call)
    if (observation !== null) return observation
    await pause(startPollMs, call)
  }
  throw new DriverError('unknown', `workload ${spec.name}: other callers keep replacing it; try again`)
}

/** Null when another caller has replaced the container in the meantime. */
async function start(engine: Engine, id: string, call: Call): Promise<Observation | null> {
  const path = `/containers/${id}/start`
  try {
    await engine.client.request({ method: 'POST', path, accept: [notModified] }, call)
  } catch (error) {
    return await afterFailedStart(engine, id, error, call)
  }
  return (await findContainer(engine, id, call))?.observation ?? null
}

/** A program that cannot be started is an outcome; every other failure leaves nothing behind and is thrown. */
async function afterFailedStart(engine: Engine, id: string, error: unknown, call: Call): Promise<Observation | null> {
  const failure = error instanceof DriverError ? toStartFailure(error.message) : null
  if (failure !== null) engine.startFailures.set(id, failure)
  const found = await findContainer(engine, id, call)
  if (found === null || found.observation.phase !== 'created') return found?.observation ?? null
  await removeUnstarted(engine, id, call)
  throw error
}

/** The container that has the name, or null when the name is free (again). */
async function adopt(engine: Engine, spec: WorkloadSpec, call: Call): Promise<Observation | null> {
  for (let poll = 0; ; poll++) {
    const inspect = await inspectContainer(engine, spec.name, call)
    if (inspect === null) return null
    const observation = toObservation(inspect, engine.installation)
    if (observation === null) throw conflictOf(spec, 'a container that is not of this installation has its name')
    if (heldIdentity(inspect) === null && storedSpecHash(inspect) !== specHash(spec)) {
      throw conflictOf(spec, 'it exists with another specification')
    }
    if (observation.phase !== 'created') {
      return heldIdentity(inspect) === null ? observation : await adoptHeld(engine, inspect, spec, call)
    }
    if (poll === startPolls) {
      await removeUnstarted(engine, inspect.Id, call)
      return null
    }
    await pause(startPollMs, call)
  }
}

function conflictOf(spec: WorkloadSpec, reason: string): DriverError {
  return new DriverError('spec_conflict', `workload ${spec.name}: ${reason}`)
}
