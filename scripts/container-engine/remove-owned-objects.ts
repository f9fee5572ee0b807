import { setTimeout as pause } from 'node:timers/promises'
import { engineRequest } from './engine-request.ts'
import { findOwnedObjects, type OwnedObject } from './list-owned-objects.ts'

const deletePath: Readonly<Record<OwnedObject['kind'], (id: string) => string>> = {
  container: (id) => `/containers/${id}?force=true&v=true`,
  network: (id) => `/networks/${id}`,
  image: (id) => `/images/${encodeURIComponent(id)}?force=true`,
}

const inUse = 403
const letGoWithinMs = 10_000
const pollMs = 100

/** Removes every container, network and image of one installation. */
export async function removeOwnedObjects(dockerHost: string, installation: string): Promise<void> {
  for (const object of await findOwnedObjects(dockerHost, installation)) {
    const { kind, id } = object
    const { status, body } = await removeObject(dockerHost, object)
    if (status >= 400 && status !== 404) throw new Error(`the engine refused to remove ${kind} ${id}: ${body}`)
  }
}

/**
 * A container that is removed while the engine starts it leaves its place on the network, sometimes for good: the start
 * goes on without the container. So what is still on a network is taken off it.
 */
async function removeObject(dockerHost: string, { kind, id }: OwnedObject) {
  const remove = () => engineRequest(dockerHost, 'DELETE', deletePath[kind](id))
  let answer = await remove()
  if (kind !== 'network') return answer
  const deadline = Date.now() + letGoWithinMs
  while (answer.status === inUse && Date.now() < deadline) {
    for (const name of await namesOn(dockerHost, id)) {
      await engineRequest(dockerHost, 'POST', `/networks/${id}/disconnect`, { Container: name, Force: true })
    }
    await pause(pollMs)
    answer = await remove()
  }
  return answer
}

/** Names of the containers on a network, also of those that are gone. */
async function namesOn(dockerHost: string, networkId: string): Promise<string[]> {
  const { status, body } = await engineRequest(dockerHost, 'GET', `/networks/${networkId}`)
  if (status !== 200) return []
  const { Containers }: { readonly Containers?: Readonly<Record<string, { readonly Name: string }>> } = JSON.parse(body)
  return Object.values(Containers ?? {}).map(({ Name }) => Name)
}
