/**
 * `npm run soak:redeploys -- [redeploys]`: redeploys a service again and again while Debian's `wrk` asks it all the time, on
 * a server of its own. Prints what became of the requests as JSON; exits with 1 when one failed. 20 redeploys by default.
 */
import { join } from 'node:path'
import { deployPriceApi } from '../examples/price-api/deploy.ts'
import { redeployUnderLoad } from '../tests/e2e/load/redeploy-under-load.ts'
import { createServerProcess } from '../tests/e2e/server-process.ts'
import { ensureBaseImage } from './container-engine/ensure-base-image.ts'
import { ensureContainerEngine } from './container-engine/ensure-container-engine.ts'

const redeploys = Number(process.argv[2] ?? 20)
if (!Number.isInteger(redeploys) || redeploys < 1) {
  console.error('usage: npm run soak:redeploys -- [redeploys]')
  process.exit(2)
}

const say = (line: string): void => console.error(line)
const stateDirectory = join(process.cwd(), '.cairn')
const engine = await ensureContainerEngine({ stateDirectory, say })
let failed = true
try {
  await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say })
  const server = await createServerProcess({}, engine.dockerHost)
  try {
    await server.start()
    const { id } = await deployPriceApi(server.client, say)
    const { client, baseUrl, token } = server
    const target = { client, baseUrl, token, serviceId: id }
    const report = await redeployUnderLoad(target, redeploys, (number) => say(`redeploy ${number} serves`))
    console.log(JSON.stringify({ redeploys, ...report }, null, 2))
    const { requests, ...failures } = report
    failed = requests === 0 || Object.values(failures).some((count) => count > 0)
  } finally {
    await server.dispose()
  }
} finally {
  await engine.stop()
}
process.exit(failed ? 1 : 0)
