/**
 * `npm run quickstart [-- --exit]`: a container engine, a server, and the whole main job on examples/demand-forecast.
 *
 * Keeps serving until Ctrl-C; with `--exit` it stops everything that it started and exits 0 only if all of it worked.
 * The data stays in the state directory, `.cairn/` as a rule, so the next start is quick and keeps what was made.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { get } from 'node:http'
import { join } from 'node:path'
import { type CairnClient, createClient } from '@cairn/sdk'
import { deployDemandForecast } from '../examples/demand-forecast/deploy.ts'
import { ensureBaseImage } from './container-engine/ensure-base-image.ts'
import { ensureContainerEngine } from './container-engine/ensure-container-engine.ts'
import { buildDashboard } from './dashboard/dashboard-build.ts'
import { buildSite } from './docs/site-build.ts'
import { chooseStateDirectory } from './state-directory.ts'

const stateDirectory = await chooseStateDirectory(process.cwd())
const port = Number(process.env['CAIRN_PORT'] ?? 7420)
const baseUrl = `http://127.0.0.1:${port}`
const exitWhenDone = process.argv.includes('--exit')
const startedAt = performance.now()

function say(line: string): void {
  console.log(`[${((performance.now() - startedAt) / 1000).toFixed(1).padStart(6)} s] ${line}`)
}

async function adminToken(): Promise<string> {
  const given = process.env['CAIRN_ADMIN_TOKEN']
  if (given) return given
  const file = join(stateDirectory, 'quickstart-token')
  const known = await readFile(file, 'utf8').catch(() => '')
  if (known !== '') return known.trim()
  const token = `cairn_${randomBytes(32).toString('base64url')}`
  await writeFile(file, token, { mode: 0o600 })
  return token
}

function startServer(dockerHost: string, token: string): ChildProcess {
  return spawn(process.execPath, ['apps/server/src/main.ts'], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      CAIRN_LOG_LEVEL: 'warn',
      // The example's last step calls the example's own service on this machine.
      CAIRN_EGRESS_ALLOW: '127.0.0.1,::1',
      CAIRN_DATA_DIR: join(stateDirectory, 'data'),
      ...process.env,
      CAIRN_PORT: String(port),
      CAIRN_DOCKER_HOST: dockerHost,
      CAIRN_ADMIN_TOKEN: token,
    },
  })
}

/** Status and body of a GET; the host is given apart because not every system resolves `*.localhost`. */
function fetchPage(host: string, path: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = get({ host: '127.0.0.1', port, path, headers: { host } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }))
      response.on('error', reject)
    })
    request.on('error', reject)
  })
}

/** However long it takes while the server lives: the first start makes a database, which a busy machine does slowly. */
async function waitUntilReady(server: ChildProcess): Promise<void> {
  let toldAt = performance.now()
  let last = 'no answer yet'
  for (;;) {
    if (server.exitCode !== null || server.signalCode !== null)
      throw new Error(`the server ended with ${server.exitCode ?? server.signalCode}; its last lines say why`)
    const answer = await fetchPage(`127.0.0.1:${port}`, '/readyz').catch((error: Error) => ({
      status: 0,
      body: error.message,
    }))
    if (answer.status === 200) return
    last = answer.body
    if (performance.now() - toldAt > 15_000) {
      toldAt = performance.now()
      say(`the server is still starting: ${last}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

function stopServer(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return Promise.resolve()
  return new Promise((resolve) => {
    server.once('exit', () => resolve())
    server.kill('SIGTERM')
  })
}

async function removeServices(client: CairnClient): Promise<void> {
  for await (const { id, name } of client.services.listServices()) {
    await client.services.deleteService(id)
    say(`service ${name} is being deleted`)
  }
  const deadline = performance.now() + 60_000
  while ((await client.services.listServices().all()).length > 0) {
    if (performance.now() > deadline) throw new Error('the services were not gone within 60 s')
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}

async function runMainJob(client: CairnClient): Promise<void> {
  const deployed = await deployDemandForecast(client, say)
  const page = await fetchPage(new URL(deployed.pageUrl).host, '/')
  if (page.status !== 200 || !page.body.includes(deployed.executionId)) {
    throw new Error(`the forecast page does not show run ${deployed.executionId} (status ${page.status})`)
  }
  say('')
  say(`forecast page   ${deployed.pageUrl}   (accuracy ${deployed.accuracy} %)`)
  say(`API             ${baseUrl}   reference: ${baseUrl}/api-docs`)
  say(`run             ${baseUrl}/workflows/${deployed.workflowId}/runs/${deployed.executionId}`)
  say(`token           ${join(stateDirectory, 'quickstart-token')}`)
}

async function buildDashboardPage(): Promise<void> {
  try {
    await buildDashboard()
    say(`dashboard       ${baseUrl}/   (sign in with the token)`)
  } catch (error) {
    say(error instanceof Error ? error.message : 'the dashboard was not built')
  }
}

/** After the main job, which it would slow down: it takes the processor for some seconds when the site is not built. */
async function buildDocumentation(): Promise<void> {
  const began = performance.now()
  try {
    const isNew = await buildSite()
    const took = isNew ? `   (built in ${((performance.now() - began) / 1000).toFixed(0)} s)` : ''
    say(`documentation   ${baseUrl}/docs/${took}`)
  } catch (error) {
    say(error instanceof Error ? error.message : 'the documentation was not built')
  }
}

await mkdir(stateDirectory, { recursive: true })
const token = await adminToken()
const engine = await ensureContainerEngine({ stateDirectory, say })
let server: ChildProcess | null = null
let stopRequested = false
let exitCode = 0
const stopped = new Promise<void>((resolve) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stopRequested = true
      resolve()
    })
  }
})
try {
  await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say })
  server = startServer(engine.dockerHost, token)
  await Promise.race([waitUntilReady(server), stopped])
  say(`server ready at ${baseUrl}`)
  const client = createClient({ baseUrl, token })
  if (!stopRequested) await Promise.race([runMainJob(client), stopped])
  if (exitWhenDone && !stopRequested) await Promise.race([removeServices(client), stopped])
  if (!exitWhenDone && !stopRequested) {
    say('serving; stop with Ctrl-C')
    void buildDashboardPage().then(buildDocumentation)
    const ended = new Promise<void>((resolve) => server?.once('exit', () => resolve()))
    await Promise.race([stopped, ended])
  }
} catch (error) {
  exitCode = 1
  console.error(error)
} finally {
  if (server) await stopServer(server)
  if (engine.started) await engine.stop()
}
process.exit(exitCode)
