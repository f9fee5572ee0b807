/**
 * `npm run bench`: starts a server of its own and measures it beside its peers in one run. Prints JSON and writes it to
 * `bench/results/latest.json`. Needs a container engine; sends traffic to the loopback interface only.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import { ensureBaseImage } from '../scripts/container-engine/ensure-base-image.ts'
import { ensureContainerEngine } from '../scripts/container-engine/ensure-container-engine.ts'
import { createServerProcess, type ServerProcess } from '../tests/e2e/server-process.ts'
import { measureContainerLatency } from './container-latency.ts'
import { measureHttpThroughput } from './http-throughput.ts'
import { type Summary, summarise } from './summary.ts'

const rounds = 40
const stateDirectory = join(process.cwd(), '.cairn')
const say = (line: string): void => console.error(line)

/** Milliseconds from spawning the server to the first 200 of /readyz, on a data directory that exists. */
async function measureWarmStart(server: ServerProcess): Promise<Summary> {
  const times: number[] = []
  for (let round = 0; round < 5; round += 1) {
    await server.stop()
    const startedAt = performance.now()
    await server.start()
    times.push(performance.now() - startedAt)
  }
  return summarise(times)
}

/** Resident memory of the server process alone, in MB, after five idle seconds. */
async function measureIdleMemory(server: ServerProcess): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, 5000))
  const status = await readFile(`/proc/${server.pid()}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024)
}

const engine = await ensureContainerEngine({ stateDirectory, say })
process.env['CAIRN_DOCKER_HOST'] = engine.dockerHost
await ensureBaseImage({ dockerHost: engine.dockerHost, stateDirectory, say })
const server = await createServerProcess({ CAIRN_RATE_LIMIT: '1000000' })
try {
  const coldStartedAt = performance.now()
  await server.start()
  const coldStart = Math.round(performance.now() - coldStartedAt)
  const warmStart = await measureWarmStart(server)
  const idleMemory = await measureIdleMemory(server)
  say(`ready in ${warmStart.p50} ms warm, ${coldStart} ms on a new directory; ${idleMemory} MB idle`)
  const folder = join(import.meta.dirname, '../tests/e2e/fixtures/echo-service')
  const { imageId, buildId } = await server.client.images.createImage(
    { name: 'bench', type: 'workflow' },
    await zipFolder(folder),
  )
  await server.client.images.waitForBuild(imageId, buildId)
  const containers = await measureContainerLatency(server, imageId, rounds)
  say(`own overhead per container step: p50 ${containers.ownOverheadPerStep.p50} ms`)
  await measureHttpThroughput(server, { shape: 'wide', stepsEach: 20, workflowCount: 10, runsEach: 2 })
  const wide = await measureHttpThroughput(server, { shape: 'wide', stepsEach: 100, workflowCount: 20, runsEach: 5 })
  const chain = await measureHttpThroughput(server, { shape: 'chain', stepsEach: 3, workflowCount: 40, runsEach: 100 })
  say(`wide: ${wide.httpStepsPerSecond} http steps/s; chains of three: ${chain.executionsPerSecond} executions/s`)
  const result = {
    measuredAt: new Date().toISOString(),
    machine: {
      cpu: cpus()[0]?.model,
      cores: cpus().length,
      memoryGb: Math.round(totalmem() / 2 ** 30),
      node: process.version,
    },
    serverReadyMs: { newDirectory: coldStart, warm: warmStart },
    idleServerMemoryMb: idleMemory,
    containersMs: containers,
    http: { wide, chain },
  }
  await mkdir('bench/results', { recursive: true })
  await writeFile('bench/results/latest.json', `${JSON.stringify(result, null, 2)}\n`)
  console.log(JSON.stringify(result, null, 2))
} finally {
  await server.dispose()
  if (engine.started) await engine.stop()
}
