/** Another container engine in the network of this machine, as that of a second machine beside the registry. */
import { engineRequest } from '../../scripts/container-engine/engine-request.ts'
import { type OwnContainerEngine, startOwnContainerEngine } from '../crash/faults/own-container-engine.ts'

/** Names of interfaces have 15 characters at most. */
const bridge = 'cairn-second'

/**
 * The first engine makes the second one's bridge, as that of a network. Null = this machine cannot start one.
 *
 * @param firstHost as in `DOCKER_HOST`
 */
export async function startSecondEngine(
  firstHost: string,
): Promise<Pick<OwnContainerEngine, 'dockerHost' | 'dispose'> | null> {
  await removeBridge(firstHost)
  const network = { Name: bridge, CheckDuplicate: true, Options: { 'com.docker.network.bridge.name': bridge } }
  const { status, body } = await engineRequest(firstHost, 'POST', '/networks/create', network)
  if (status !== 201) throw new Error(`no bridge: ${status} ${JSON.stringify(body)}`)
  const engine = await startOwnContainerEngine({ diskBytes: null, bridge }).catch(async (error: unknown) => {
    await removeBridge(firstHost)
    throw error
  })
  if (engine === null) {
    await removeBridge(firstHost)
    return null
  }
  const dispose = async (): Promise<void> => {
    await engine.dispose()
    await removeBridge(firstHost)
  }
  return { dockerHost: engine.dockerHost, dispose }
}

async function removeBridge(firstHost: string): Promise<void> {
  await engineRequest(firstHost, 'DELETE', `/networks/${bridge}`)
}
