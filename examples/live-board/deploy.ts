/**
 * Ships the board: image → service.
 *
 * `CAIRN_URL=http://127.0.0.1:7420 CAIRN_TOKEN=… node examples/live-board/deploy.ts`; again, it ships a new version.
 */
import { type CairnClient, createClient } from '@cairn/sdk'
import { zipFolder } from '@cairn/sdk/node'

const name = 'live-board'

/** Answers the id of the service and where it is. */
export async function deployLiveBoard(
  client: CairnClient,
  say: (line: string) => void,
): Promise<{ id: string; url: string }> {
  const body = { name, type: 'webapp' as const, buildDetails: { source: 'upload' as const } }
  const app = await zipFolder(import.meta.dirname)
  const { imageId, versionId, buildId } = await client.images.createOrUpdateImageVersion(body, app)
  await client.images.waitForBuild(imageId, buildId)
  const { id } = await client.services.createOrUpdateService({
    name,
    serviceType: 'web-app',
    access: 'public',
    sessionStickiness: true,
    imageDetails: { imageId, versionId },
  })
  const { url } = await client.services.waitForService(id)
  say(`${name} is at ${url}`)
  return { id, url }
}

if (import.meta.main) {
  const { CAIRN_URL: baseUrl = 'http://127.0.0.1:7420', CAIRN_TOKEN: token } = process.env
  if (token === undefined) throw new Error('set CAIRN_TOKEN to an API token of the server')
  await deployLiveBoard(createClient({ baseUrl, token }), console.log)
}
