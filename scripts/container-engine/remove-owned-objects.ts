import { engineRequest } from './engine-request.ts'
import { findOwnedObjects, type OwnedObject } from './list-owned-objects.ts'

const deletePath: Readonly<Record<OwnedObject['kind'], (id: string) => string>> = {
  container: (id) => `/containers/${id}?force=true&v=true`,
  network: (id) => `/networks/${id}`,
  image: (id) => `/images/${encodeURIComponent(id)}?force=true`,
}

/** Removes every container, network and image of one installation. */
export async function removeOwnedObjects(dockerHost: string, installation: string): Promise<void> {
  for (const { kind, id } of await findOwnedObjects(dockerHost, installation)) {
    const { status, body } = await engineRequest(dockerHost, 'DELETE', deletePath[kind](id))
    if (status >= 400 && status !== 404) throw new Error(`the engine refused to remove ${kind} ${id}: ${body}`)
  }
}
