/**
 * Releases containers that are held.
 *
 * Invariant: a name starts its command at most once, and a container that was never released is never taken for a
 * finished attempt. A holder reads one release and then no more (`hold-script.ts`), so it may be told as often as needed,
 * by as many owners as there are. A held container gives way to another of its name only when it has said that it ran
 * nothing, or was never started. Of each way to fail:
 * - the owner dies before, in or after the write: nothing, half a message or a whole one has come; the next owner finds
 *   the mark, or tells the holder again;
 * - the connection breaks: the same, by this owner;
 * - an owner that was frozen wakes up and writes on: its bytes spoil a message at most, which is then told again;
 * - the container ends without a word (killed, the engine crashed): it may have begun. It is an attempt without an exit
 *   code, and its name is used up.
 */
import { type Call, DriverError, heldSpecHash, type Observation, specHash, type WorkloadSpec } from '@cairn/driver'
import { type Engine, readFound } from '../containers.ts'
import { removeUnstarted } from '../create-container.ts'
import type { ContainerInspect } from '../engine-shapes.ts'
import type { HeldContainer } from './held-container.ts'
import { cancelMessage, releaseMessage, whyNotReleasable } from './held-messages.ts'
import { toldObservation } from './observe-held.ts'

const notFound = 404
/** It does not run any more. */
const conflict = 409
/** A holder answers in milliseconds; on a machine without a breath left, it is told again. */
const answerMs = 2_000
/** Then it is taken for dead, and killed. */
const mostUnanswered = 10

/**
 * Releases a container that this driver holds and hears, at the cost of one write. Null when it cannot: then the engine
 * is asked how things stand.
 */
export async function releaseConnected(engine: Engine, spec: WorkloadSpec, call: Call): Promise<Observation | null> {
  const held = engine.held.get(spec.name)
  if (held === null || !held.isConnected || held.identity.heldHash !== heldSpecHash(spec)) return null
  if (whyNotReleasable(spec) !== null) return null
  return await tell(held, spec, call)
}

/**
 * Goes on with a container of the name that was made to be held. Null when the name is free again, or is about to be, or
 * the holder did not answer: then the caller looks again.
 */
export async function adoptHeld(
  engine: Engine,
  inspect: ContainerInspect,
  spec: WorkloadSpec,
  call: Call,
): Promise<Observation | null> {
  const found = await readFound(engine, inspect, call)
  if (found === null || found.held === null) return null
  const held = engine.held.get(spec.name)
  if (held === null || held.identity.heldHash !== heldSpecHash(spec)) throw conflictOf(spec)
  switch (found.held.kind) {
    case 'released':
      if (found.held.specHash !== specHash(spec)) throw conflictOf(spec)
      return found.observation
    case 'unknown':
      return found.observation
    case 'unreleased':
    case 'unstarted':
      await removeUnstarted(engine, found.id, call)
      return null
    case 'holding':
      if (held.unanswered >= mostUnanswered) return await kill(engine, held, call)
      await connect(engine, held, call)
      return whyNotReleasable(spec) === null ? await tell(held, spec, call) : await cancel(held, call)
    default:
      return found.held satisfies never
  }
}

/** Listens to a holder, unless this driver does so already. */
export async function connect(engine: Engine, held: HeldContainer, call: Call): Promise<void> {
  if (held.isConnected) return
  const path = `/containers/${held.identity.id}/attach`
  held.connect(await engine.client.connect({ path, query: { stream: '1', stdin: '1', stderr: '1' } }, call))
}

async function tell(held: HeldContainer, spec: WorkloadSpec, call: Call): Promise<Observation | null> {
  held.say(releaseMessage(held.identity.nonce, spec))
  const answer = await hearAnswer(held, call)
  if (answer?.word !== 'released') return null
  if (answer.argument !== specHash(spec)) throw conflictOf(spec)
  return toldObservation(held)
}

/** For a workload that a shell cannot start: the holder ends, unless another has released it. */
async function cancel(held: HeldContainer, call: Call): Promise<null> {
  held.say(cancelMessage(held.identity.nonce))
  await hearAnswer(held, call)
  return null
}

async function hearAnswer(held: HeldContainer, call: Call): Promise<ReturnType<HeldContainer['said']>> {
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(answerMs)])
  const answer = await held.hear(['released', 'unreleased'], signal)
  if (answer === null) {
    held.unanswered += 1
    // It may have spoken before this driver listened: its log is read the next time.
    held.disconnect()
  }
  if (call.signal.aborted) throw new DriverError('timeout', 'the caller stopped waiting for the container engine')
  return answer
}

async function kill(engine: Engine, held: HeldContainer, call: Call): Promise<null> {
  const path = `/containers/${held.identity.id}/kill`
  await engine.client.request({ method: 'POST', path, accept: [notFound, conflict] }, call)
  return null
}

function conflictOf(spec: WorkloadSpec): DriverError {
  return new DriverError('spec_conflict', `workload ${spec.name}: it is held, or was, for another specification`)
}
