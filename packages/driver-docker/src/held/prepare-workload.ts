/** Makes containers that wait for their release; see `release-held.ts` for what is always true of them. */
import {
  type Call,
  checkHeldSpec,
  DriverError,
  type HeldSpec,
  heldSpecHash,
  labelNames,
  type Prepared,
} from '@cairn/driver'
import { type Engine, findContainer, inspectContainer, readFound } from '../containers.ts'
import { createContainer, removeUnstarted } from '../create-container.ts'
import type { EngineFeatures } from '../engine-features.ts'
import { onNetwork } from '../networks.ts'
import { pause } from '../pause.ts'
import { toStartFailure } from '../start-failure.ts'
import { toHeldCreateOptions } from '../to-create-options.ts'
import { newNonce } from './held-messages.ts'
import { connect } from './release-held.ts'

const notModified = 304
const pollMs = 50
/** For 5 s at least a name may be taken and yet not there, while another caller creates or removes its container. */
const mostAttempts = 100
/** 1 s: a start takes about 0.25 s, and a crashed creator's never comes. */
const startAttempts = 20
/** From the start of the container to the first word of its holder: two or three short programs. */
const firstWordMs = 20_000

export async function prepareWorkload(
  engine: Engine,
  features: EngineFeatures,
  spec: HeldSpec,
  call: Call,
): Promise<Prepared> {
  checkHeldSpec(spec)
  if (features.engine !== 'docker' || !features.hasInit) {
    return { kind: 'not_held', reason: `${features.engine} ${features.version} has no init process or no attaching` }
  }
  return await onNetwork(engine, spec.network, call, (network) => makeOrAdopt(engine, spec, network, call))
}

async function makeOrAdopt(engine: Engine, spec: HeldSpec, network: string, call: Call): Promise<Prepared> {
  for (let attempt = 0; attempt < mostAttempts; attempt++) {
    const nonce = newNonce()
    const body = toHeldCreateOptions(spec, { installation: engine.installation, nonce, network })
    const id = await createContainer(engine, spec, body, call)
    const prepared =
      id === null ? await adopt(engine, spec, attempt, call) : await start(engine, spec, { id, nonce }, call)
    if (prepared !== null) return prepared
    await pause(pollMs, call)
  }
  throw new DriverError('unknown', `workload ${spec.name}: other callers keep replacing it; try again`)
}

/** Only the caller that created a container starts it, by its id. Null when another has replaced it meanwhile. */
async function start(
  engine: Engine,
  spec: HeldSpec,
  made: { readonly id: string; readonly nonce: string },
  call: Call,
): Promise<Prepared | null> {
  const { name, owner } = spec
  const held = engine.held.of({ ...made, name, owner, heldHash: heldSpecHash(spec) })
  const path = `/containers/${made.id}/start`
  try {
    await connect(engine, held, call)
    await engine.client.request({ method: 'POST', path, accept: [notModified] }, call)
  } catch (error) {
    const failure = error instanceof DriverError ? toStartFailure(error.message) : null
    await removeUnstarted(engine, made.id, call)
    if (failure !== null) return { kind: 'not_held', reason: `its image has no shell to hold it: ${failure.words}` }
    if (error instanceof DriverError && error.code === 'workload_not_found') return null
    throw error
  }
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(firstWordMs)])
  if ((await held.hear(['holding', 'released', 'unreleased'], signal)) !== null) return { kind: 'held' }
  return await afterSilence(engine, made.id, call)
}

/** A shell that ended at once is none to hold with. One that still says nothing is left to whoever ensures the name. */
async function afterSilence(engine: Engine, id: string, call: Call): Promise<Prepared | null> {
  const found = await findContainer(engine, id, call)
  if (found === null) return null
  if (found.held?.kind === 'holding') throw new DriverError('timeout', `container ${id} does not say that it waits`)
  if (found.held?.kind === 'released') return { kind: 'started' }
  await removeUnstarted(engine, id, call)
  const code = found.inspect.State.ExitCode
  return { kind: 'not_held', reason: `the shell of its image ended at once, with exit code ${code}` }
}

/** Null when the name is free, or is about to be; `attempt` counts from 0. */
async function adopt(engine: Engine, spec: HeldSpec, attempt: number, call: Call): Promise<Prepared | null> {
  const inspect = await inspectContainer(engine, spec.name, call)
  if (inspect === null) return null
  const found = await readFound(engine, inspect, call)
  if (found === null) throw conflictOf(spec)
  if (found.held === null) return { kind: 'started' }
  if (found.inspect.Config.Labels?.[labelNames.spec] !== heldSpecHash(spec)) throw conflictOf(spec)
  switch (found.held.kind) {
    case 'holding': {
      const held = engine.held.get(spec.name)
      if (held !== null) await connect(engine, held, call)
      return { kind: 'held' }
    }
    case 'unstarted':
      if (attempt >= startAttempts) await removeUnstarted(engine, found.id, call)
      return null
    case 'unreleased':
      await removeUnstarted(engine, found.id, call)
      return null
    case 'released':
    case 'unknown':
      return { kind: 'started' }
    default:
      return found.held satisfies never
  }
}

function conflictOf(spec: HeldSpec): DriverError {
  return new DriverError('spec_conflict', `workload ${spec.name}: it exists with another specification`)
}
