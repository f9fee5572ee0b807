/**
 * Ships the Shiny app: base image (built once) → image → service.
 *
 * `CAIRN_URL=http://127.0.0.1:7420 CAIRN_TOKEN=… node examples/shiny-app/deploy.ts`; again, it ships a new version.
 */
import { type CairnClient, createClient } from '@cairn/sdk'
import { zipFolder } from '@cairn/sdk/node'

const name = 'shiny-app'
/** R and shiny come from Debian's packages: a first build takes minutes. */
const baseTimeoutMs = 900_000

type Say = (line: string) => void

async function prepareBase(client: CairnClient, say: Say): Promise<string> {
  const shipped = await client.images.listImages({ scope: ['global'], searchTerm: 'cairn-r-shiny' }).all()
  const base = shipped.find((image) => image.name === 'cairn-r-shiny')
  if (base === undefined) throw new Error('this server has no image cairn-r-shiny')
  const { id: versionId, pullUrl } = base.latestVersion
  if (pullUrl !== '') return pullUrl
  say('building cairn-r-shiny; this takes minutes, once')
  const { buildId } = await client.images.buildVersion({ imageId: base.id, versionId })
  await client.images.waitForBuild(base.id, buildId, { timeoutMs: baseTimeoutMs })
  return (await client.images.describeVersion(base.id, versionId)).pullUrl
}

/** Answers the id of the service and where it is. */
export async function deployShinyApp(client: CairnClient, say: Say): Promise<{ id: string; url: string }> {
  const base = await prepareBase(client, say)
  const buildDetails = { source: 'upload' as const, buildArguments: [{ name: 'BASE', value: base }] }
  const body = { name, type: 'webapp' as const, buildDetails }
  const app = await zipFolder(import.meta.dirname)
  const { imageId, versionId, buildId } = await client.images.createOrUpdateImageVersion(body, app)
  await client.images.waitForBuild(imageId, buildId)
  const { id } = await client.services.createOrUpdateService({
    name,
    serviceType: 'shiny',
    access: 'public',
    imageDetails: { imageId, versionId },
  })
  const { url } = await client.services.waitForService(id)
  say(`${name} is at ${url}`)
  return { id, url }
}

if (import.meta.main) {
  const { CAIRN_URL: baseUrl = 'http://127.0.0.1:7420', CAIRN_TOKEN: token } = process.env
  if (token === undefined) throw new Error('set CAIRN_TOKEN to an API token of the server')
  await deployShinyApp(createClient({ baseUrl, token }), console.log)
}
