import type { CairnClient } from '@cairn/sdk'
import { type LoadReport, startLoad } from './load-by-wrk.ts'

export interface RedeployTarget {
  readonly client: CairnClient
  readonly baseUrl: string
  readonly token: string
  readonly serviceId: string
}

/** Redeploys the service so many times, each as soon as the one before serves, while `wrk` asks it all the time. */
export async function redeployUnderLoad(
  target: RedeployTarget,
  redeploys: number,
  onRedeploy: (number: number) => void = () => undefined,
): Promise<LoadReport> {
  const { client, serviceId } = target
  const { url } = await client.services.describeService(serviceId)
  const load = await startLoad({ ...target, host: new URL(url).host, connections: 8 })
  try {
    for (let release = 1; release <= redeploys; release += 1) {
      await client.services.updateService(serviceId, { parameters: { env: { RELEASE: String(release) } } })
      await client.services.waitForService(serviceId)
      onRedeploy(release)
    }
  } catch (error) {
    await load.stop()
    throw error
  }
  return load.stop()
}
