/**
 * Bridge networks by name. The engine lets two callers make two networks of one name at the same moment; then every
 * container start by that name fails.
 *
 * Invariant: a container is put on a network by the network's id, never by its name. Of several of a name the oldest is
 * the one that all callers agree on; a younger one is removed by whoever sees both, unless a container is on it.
 */
import { type Call, DriverError, labelNames } from '@cairn/driver'
import type { Engine } from './containers.ts'
import type { EngineFeatures } from './engine-features.ts'
import { type NetworkListEntry, NetworkList, readShape } from './engine-shapes.ts'

const notFound = 404
/** Podman says 409. */
const inUse = 403
const conflict = 409

export async function ensureNetwork(engine: Engine, features: EngineFeatures, name: string, call: Call): Promise<void> {
  const existing = await findNetworks(engine, name, call)
  for (const network of existing) requireOurs(engine, network)
  if (existing.length === 0) await createNetwork(engine, features, name, call)
  const networks = existing.length === 0 ? await findNetworks(engine, name, call) : existing
  const oldest = oldestNetwork(networks)
  if (oldest === null) throw new DriverError('unknown', `network ${name} was removed while it was made`)
  engine.networkIds.set(name, oldest.Id)
  for (const network of networks) if (network.Id !== oldest.Id) await deleteUnlessUsed(engine, network.Id, call)
}

/**
 * Makes a container on the network of a name.
 *
 * @param make gets the network's id, or its name when there is none: then the engine says that it is not found
 */
export async function onNetwork<T>(
  engine: Engine,
  name: string,
  call: Call,
  make: (network: string) => Promise<T>,
): Promise<T> {
  const known = engine.networkIds.get(name) ?? oldestNetwork(await findNetworks(engine, name, call))?.Id
  if (known !== undefined) engine.networkIds.set(name, known)
  try {
    return await make(known ?? name)
  } catch (error) {
    // The reason may be that another caller removed it.
    engine.networkIds.delete(name)
    throw error
  }
}

/** Does nothing when the name is taken. */
async function createNetwork(engine: Engine, features: EngineFeatures, name: string, call: Call): Promise<void> {
  const body = toNetworkOptions(name, { installation: engine.installation, engine: features.engine })
  const request = { method: 'POST', path: '/networks/create', body, accept: [conflict] } as const
  try {
    await engine.client.request(request, call)
  } catch (error) {
    // Podman answers 500 to a taken name.
    if (error instanceof DriverError && /network already exists|already used/i.test(error.message)) return
    throw error
  }
}

/** Docker keeps bridges apart by itself; Podman lets every bridge reach every other unless each is told to be isolated. */
export function toNetworkOptions(name: string, setting: { installation: string; engine: EngineFeatures['engine'] }) {
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Options: setting.engine === 'podman' ? { isolate: 'true' } : {},
    Labels: { [labelNames.installation]: setting.installation },
  }
}

export async function removeNetwork(engine: Engine, name: string, call: Call): Promise<void> {
  engine.networkIds.delete(name)
  for (const network of await findNetworks(engine, name, call)) {
    if (network.Labels?.[labelNames.installation] === engine.installation) await deleteNetwork(engine, network.Id, call)
  }
}

/** By time of creation, then id, so that all callers agree. */
export function oldestNetwork(networks: readonly NetworkListEntry[]): NetworkListEntry | null {
  const [oldest] = networks.toSorted((a, b) => (`${a.Created} ${a.Id}` < `${b.Created} ${b.Id}` ? -1 : 1))
  return oldest ?? null
}

async function findNetworks(engine: Engine, name: string, call: Call): Promise<NetworkListEntry[]> {
  // The filter finds names that contain this one.
  const request = { method: 'GET', path: '/networks', query: { filters: { name: [name] } } } as const
  const answer = await engine.client.request(request, call)
  return readShape(NetworkList, answer.body, 'network list').filter((network) => network.Name === name)
}

async function deleteNetwork(engine: Engine, id: string, call: Call): Promise<void> {
  await engine.client.request({ method: 'DELETE', path: `/networks/${id}`, accept: [notFound] }, call)
}

async function deleteUnlessUsed(engine: Engine, id: string, call: Call): Promise<void> {
  await engine.client.request({ method: 'DELETE', path: `/networks/${id}`, accept: [notFound, inUse, conflict] }, call)
}

function requireOurs(engine: Engine, network: NetworkListEntry): void {
  if (network.Labels?.[labelNames.installation] === engine.installation) return
  throw new DriverError('spec_conflict', `network ${network.Name} exists but is not of this installation; remove it`)
}
