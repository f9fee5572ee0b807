/** Tells how far a container has come that was made to be held. */
import { type Call, DriverError, labelNames, type Observation, readOwner } from '@cairn/driver'
import type { EngineClient } from '../engine-client.ts'
import { LogDemultiplexer } from '../demux-logs.ts'
import type { ContainerInspect } from '../engine-shapes.ts'
import type { HeldContainer, HeldIdentity } from './held-container.ts'
import { splitMark } from './held-marks.ts'

/** Its value is the nonce of the container's holder. */
export const heldLabel = 'dev.cairn.held'

export type HeldState =
  /** The engine never started it, or its holder could not be started. */
  | { readonly kind: 'unstarted' }
  /** It waits. */
  | { readonly kind: 'holding' }
  /** It ended and has run nothing. */
  | { readonly kind: 'unreleased' }
  | { readonly kind: 'released'; readonly at: Date; readonly specHash: string; readonly endedAt: Date | null }
  /** It ended, and nobody knows whether it had been released. */
  | { readonly kind: 'unknown' }

/** Null for a container that was not made to be held. */
export function heldIdentity(inspect: ContainerInspect): HeldIdentity | null {
  const labels = inspect.Config.Labels ?? {}
  const nonce = labels[heldLabel]
  const owner = readOwner(labels)
  if (nonce === undefined || owner === null) return null
  const heldHash = labels[labelNames.spec] ?? ''
  return { id: inspect.Id, name: inspect.Name.replace(/^\//, ''), owner, nonce, heldHash }
}

/** Reads the container's log when what is known of it does not suffice. */
export async function readHeldState(
  client: EngineClient,
  held: HeldContainer,
  inspect: ContainerInspect,
  call: Call,
): Promise<HeldState> {
  const { Status } = inspect.State
  if (Status === 'created') return { kind: 'unstarted' }
  const isRunning = Status !== 'exited' && Status !== 'dead' && Status !== 'removing'
  const isSettled = held.said('released') !== null || held.said('unreleased') !== null
  if (!isSettled && !(isRunning && held.isConnected)) await readMarks(client, held, call)
  return stateOf(held, isRunning)
}

function stateOf(held: HeldContainer, isRunning: boolean): HeldState {
  const released = held.said('released')
  if (released !== null) {
    const endedAt = held.said('ended')?.at ?? null
    return { kind: 'released', at: released.at, specHash: released.argument, endedAt }
  }
  if (held.said('unreleased') !== null) return { kind: 'unreleased' }
  return { kind: isRunning ? 'holding' : 'unknown' }
}

/** Of a container that is being removed, or that an engine could not remove, no engine reads the log: nothing is learned. */
async function readMarks(client: EngineClient, held: HeldContainer, call: Call): Promise<void> {
  try {
    await readLoggedMarks(client, held, call)
  } catch (error) {
    if (!(error instanceof DriverError) || error.code !== 'workload_not_found') throw error
  }
}

/** The holder speaks before the command does, so this reads no further than the command's first line. */
async function readLoggedMarks(client: EngineClient, held: HeldContainer, call: Call): Promise<void> {
  const query = { stdout: false, stderr: true, timestamps: true, follow: false }
  const stream = await client.stream({ method: 'GET', path: `/containers/${held.identity.id}/logs`, query }, call)
  const demultiplexer = new LogDemultiplexer()
  try {
    for await (const chunk of stream) {
      for (const line of demultiplexer.push(Buffer.from(chunk))) {
        const { mark, lines } = splitMark(line, held.identity.nonce)
        if (mark !== null) held.note(mark, line.at)
        if (lines.length > 0 || held.said('released') !== null || held.said('unreleased') !== null) return
      }
    }
  } catch (error) {
    throw client.streamError(error, call)
  } finally {
    stream.destroy()
  }
}

const unknownEnd = {
  code: null,
  reason: 'killed',
  detail: 'its container ended while it waited, and the engine does not know whether it had begun',
} as const

/** What the engine says of a container, seen as the workload that it holds. */
export function observeHeld(observation: Observation, state: HeldState): Observation {
  switch (state.kind) {
    case 'unstarted':
    case 'holding':
    case 'unreleased':
      return { ...observation, phase: 'created', startedAt: null, finishedAt: null, exit: null }
    case 'unknown':
      return { ...observation, startedAt: null, exit: unknownEnd }
    case 'released': {
      const { at, endedAt } = state
      return endedAt === null ? { ...observation, startedAt: at } : toldEnd(observation, { at, endedAt })
    }
    default:
      return state satisfies never
  }
}

/** The workload as its holder tells it has started, or ended, without asking the engine. Null before it was released. */
export function toldObservation(held: HeldContainer): Observation | null {
  const at = held.said('released')?.at
  const endedAt = held.said('ended')?.at
  if (at === undefined) return null
  if (endedAt !== undefined) return toldEnd(held.identity, { at, endedAt })
  const { name, owner } = held.identity
  return { name, owner, phase: 'running', address: null, startedAt: at, finishedAt: null, exit: null }
}

function toldEnd(
  { name, owner }: Pick<Observation, 'name' | 'owner'>,
  { at, endedAt }: { readonly at: Date; readonly endedAt: Date },
): Observation {
  const exit = { code: 0, reason: 'completed', detail: null } as const
  return { name, owner, phase: 'exited', address: null, startedAt: at, finishedAt: endedAt, exit }
}
