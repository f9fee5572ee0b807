/** Calls on one container of this installation, by name. */
import { type Call, DriverError, labelNames, type Observation, type Usage } from '@cairn/driver'
import type { EngineAnswer, EngineClient } from './engine-client.ts'
import { ContainerInspect, ContainerList, ContainerSize, readShape } from './engine-shapes.ts'
import { toObservation } from './from-inspect.ts'
import { HeldContainers } from './held/held-container.ts'
import { heldIdentity, type HeldState, observeHeld, readHeldState, toldObservation } from './held/observe-held.ts'
import { pause } from './pause.ts'
import type { StartFailure } from './start-failure.ts'

export interface Engine {
  readonly client: EngineClient
  readonly installation: string
  /**
   * Why containers could not be started, by id, for engines that do not keep it. Lost with this process, which costs
   * another attempt of a start that fails again and runs nothing.
   */
  readonly startFailures: Map<string, StartFailure>
  readonly held: HeldContainers
  /** Ids of containers that this driver has frozen, by name. */
  readonly frozenIds: Map<string, string>
  /** The id of the network that a name stood for when it was last looked at. */
  readonly networkIds: Map<string, string>
  /** Where it keeps its data, as it said last; `until` by the monotonic clock. */
  readonly root: { known: { readonly directory: string | null; readonly until: number } | null }
}

export function createEngine(client: EngineClient, installation: string): Engine {
  return {
    client,
    installation,
    startFailures: new Map(),
    held: new HeldContainers(),
    frozenIds: new Map(),
    networkIds: new Map(),
    root: { known: null },
  }
}

/** A container of this installation: what the port sees and what only the driver needs. */
export interface Found {
  readonly id: string
  readonly observation: Observation
  /** The engine says that it has ended, so its log is complete. */
  readonly hasEnded: boolean
  readonly inspect: ContainerInspect
  /** Null when it was not made to be held. */
  readonly held: HeldState | null
}

const notFound = 404
const conflict = 409
const pollMs = 100
/** Inspections under way at once when everything is listed. */
const listWidth = 8

/** Null when no container has the name, or one that another has made. */
export async function findContainer(engine: Engine, nameOrId: string, call: Call): Promise<Found | null> {
  const inspect = await inspectContainer(engine, nameOrId, call)
  return inspect === null ? null : readFound(engine, inspect, call)
}

/** Null for a container that is not of this installation. */
export async function readFound(engine: Engine, inspect: ContainerInspect, call: Call): Promise<Found | null> {
  const observation = toObservation(inspect, engine.installation)
  if (observation === null) return null
  const container = { id: inspect.Id, hasEnded: observation.phase === 'exited', inspect }
  const identity = heldIdentity(inspect)
  if (identity === null) return { ...container, observation, held: null }
  const held = await readHeldState(engine.client, engine.held.of(identity), inspect, call)
  return { ...container, observation: observeHeld(observation, held), held }
}

export async function inspectContainer(engine: Engine, nameOrId: string, call: Call): Promise<ContainerInspect | null> {
  const path = `/containers/${encodeURIComponent(nameOrId)}/json`
  const ask = () => tolerateVanishing(engine.client.request({ method: 'GET', path, accept: [notFound] }, call))
  const answer = await untilStill(ask, call)
  if (answer.status === notFound) return null
  const inspect = readShape(ContainerInspect, answer.body, 'container')
  const failure = engine.startFailures.get(inspect.Id)
  if (failure === undefined) return inspect
  return { ...inspect, State: { ...inspect.State, ExitCode: failure.code, Error: failure.words } }
}

/** Podman answers 500 when the container's process ends while it is looked at: a moment later it is known to have ended. */
async function untilStill(ask: () => Promise<EngineAnswer>, call: Call): Promise<EngineAnswer> {
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!(error instanceof DriverError) || !/\/proc\/\d+\/\S+ no such process/.test(error.message)) throw error
      await pause(pollMs, call)
    }
  }
}

/** Podman answers 500, not 404, for a container that goes while it is looked at. */
async function tolerateVanishing(request: Promise<EngineAnswer>): Promise<EngineAnswer> {
  try {
    return await request
  } catch (error) {
    if (error instanceof DriverError && error.code === 'workload_not_found') return { status: notFound, body: null }
    throw error
  }
}

/** The engine walks through the container's own layer to tell. */
export async function readUsage(engine: Engine, name: string, call: Call): Promise<Usage | null> {
  const found = await findContainer(engine, name, call)
  if (found === null) return null
  const path = `/containers/${found.id}/json`
  const answer = await engine.client.request({ method: 'GET', path, query: { size: true }, accept: [notFound] }, call)
  if (answer.status === notFound) return null
  return { writableBytes: readShape(ContainerSize, answer.body, 'container size').SizeRw ?? 0 }
}

/** A container that vanishes while the list is read is left out. */
export async function listContainers(engine: Engine, call: Call): Promise<Observation[]> {
  const filters = { label: [`${labelNames.installation}=${engine.installation}`] }
  const request = { method: 'GET', path: '/containers/json', query: { all: true, filters } } as const
  const answer = await engine.client.request(request, call)
  const ids = readShape(ContainerList, answer.body, 'container list').map((entry) => entry.Id)
  const observations: Observation[] = []
  for (let start = 0; start < ids.length; start += listWidth) {
    const batch = ids.slice(start, start + listWidth).map((id) => findContainer(engine, id, call))
    for (const found of await Promise.all(batch)) if (found !== null) observations.push(found.observation)
  }
  return observations
}

/** The end as the holder tells it, when this driver hears it, or as the engine does. */
export async function waitForExit(engine: Engine, name: string, call: Call): Promise<Observation | null> {
  const held = engine.held.get(name)
  if (held === null || !held.isConnected) return waitForEngine(engine, name, call)
  const over = new AbortController()
  const bound = { signal: AbortSignal.any([call.signal, over.signal]) }
  const told = held.hear(['ended'], bound.signal).then((mark) => (mark === null ? null : toldObservation(held)))
  const engineTells = waitForEngine(engine, name, bound)
  try {
    return (await Promise.race([told, engineTells])) ?? (await engineTells)
  } finally {
    over.abort()
    engineTells.catch(() => undefined)
  }
}

/** The engine's own wait returns at once for a container that is made but not started, hence the loop. */
async function waitForEngine(engine: Engine, name: string, call: Call): Promise<Observation | null> {
  const path = `/containers/${encodeURIComponent(name)}/wait`
  for (;;) {
    await tolerateVanishing(engine.client.request({ method: 'POST', path, accept: [notFound] }, call))
    const found = await findContainer(engine, name, call)
    if (found === null || found.observation.phase === 'exited') return found?.observation ?? null
    await pause(pollMs, call)
  }
}

/** Returns when the name is free again. */
export async function removeContainer(engine: Engine, name: string, call: Call): Promise<void> {
  for (;;) {
    const found = await findContainer(engine, name, call)
    engine.frozenIds.delete(name)
    if (found === null) {
      engine.held.forget(name)
      return
    }
    const query = { force: true, v: true }
    const request = { method: 'DELETE', path: `/containers/${found.id}`, query, accept: [notFound, conflict] } as const
    const answer = await engine.client.request(request, call)
    // A conflict is a removal that another caller began.
    if (answer.status !== conflict) {
      engine.startFailures.delete(found.id)
      engine.held.forget(name)
      return
    }
    await pause(pollMs, call)
  }
}
