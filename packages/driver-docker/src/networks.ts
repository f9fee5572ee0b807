/**
 * Bridge networks by name. The engine lets two callers make two networks of one name at the same moment; then every
 * container start by that name fails. So a maker looks again, and the younger of the two gives way.
 */
import { type Call, DriverError, labelNames } from '@cairn/driver'
import type { Engine } from './containers.ts'
import type { EngineFeatures } from './engine-features.ts'
import { Created, type NetworkListEntry, NetworkList, readShape } from './engine-shapes.ts'

const notFound = 404
const conflict = 409

export async function ensureNetwork(engine: Engine, features: EngineFeatures, name: string, call: Call): Promise<void> {
  const existing = await findNetworks(engine, name, call)
  if (existing.length > 0) {
    for (const network of existing) requireOurs(engine, network)
    return
  }
  const id = await createNetwork(engine, features, name, call)
  if (id === null) return
  const oldest = oldestNetwork(await findNetworks(engine, name, call))
  if (oldest !== null && oldest.Id !== id) await deleteNetwork(engine, id, call)
}

/** The new network's id, or null when the name is taken. */
async function createNetwork(
  engine: Engine,
  features: EngineFeatures,
  name: string,
  call: Call,
): Promise<string | null> {
  const body = toNetworkOptions(name, { installation: engine.installation, engine: features.engine })
  const request = { method: 'POST', path: '/networks/create', body, accept: [conflict] } as const
  try {
    const answer = await engine.client.request(request, call)
    return answer.status === conflict ? null : readShape(Created, answer.body, 'created network').Id
  } catch (error) {
    // Podman answers 500 to a taken name.
    if (error instanceof DriverError && /network already exists|already used/i.test(error.message)) return null
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

function requireOurs(engine: Engine, network: NetworkListEntry): void {
  if (network.Labels?.[labelNames.installation] === engine.installation) return
  throw new DriverError('spec_conflict', `network ${network.Name} exists but is not of this installation; remove it`)
}
