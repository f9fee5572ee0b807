/**
 * From `execute` to the step's process running, and from a parent's end to its child's process running, in rounds that
 * alternate with `docker run` and with the driver alone on the same image and network. Containers print their own clock,
 * which is the machine's. The driver alone runs the same chain of two containers with nothing in between, so that what
 * Cairn adds is the difference of two like measurements: an engine starts a container sooner right after another one.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Logger } from '@cairn/domain'
import type { WorkloadSpec } from '@cairn/driver'
import { createDockerDriver } from '@cairn/driver-docker'
import { zipFolder } from '@cairn/sdk/node'
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import { findOwnedObjects } from '../scripts/container-engine/list-owned-objects.ts'
import { removeOwnedObjects } from '../scripts/container-engine/remove-owned-objects.ts'
import type { Place } from './place.ts'
import { type Summary, summarise } from './summary.ts'

const rounds = 40
export const printClock = 'date +%s%N'

export interface ContainerLatency {
  /** Milliseconds from the call of `execute` to the first step's process running. */
  readonly executeToProcess: Summary
  /** Milliseconds from the end of the parent's process to its child's process running. */
  readonly parentEndToChildProcess: Summary
  /** Milliseconds from starting `docker run --rm` to its process running. */
  readonly dockerRunToProcess: Summary
  /** The driver alone: from asking for a container to its process, and from a process's end to the driver's notice. */
  readonly engineStartToProcess: Summary
  readonly engineExitNotice: Summary
  /** The driver alone: from the end of a container's process to the process of another that is started upon it. */
  readonly engineEndToNextProcess: Summary
  /** Per round: parent's end to child's process, less the same by the driver alone. */
  readonly ownOverheadPerStep: Summary
  /** Per round: `execute` to the first process, less the start by the driver alone. */
  readonly ownOverheadOfExecute: Summary
  /** Per round: parent's end to child's process, over `docker run` to its process. */
  readonly ratioToDockerRun: Summary
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {}, child: () => silent }

/** Milliseconds of one round. */
interface Round extends EngineAlone {
  readonly toFirst: number
  readonly toChild: number
  readonly dockerRunMs: number
}

interface EngineAlone {
  readonly start: number
  readonly exitNotice: number
  readonly endToNext: number
}

/** Measures once what the measurement before left behind, such as the removal of its last container, is over. */
async function settled<T>(measure: () => Promise<T>): Promise<T> {
  await new Promise((resolve) => setTimeout(resolve, 500))
  return measure()
}

export const nowMs = (): number => performance.timeOrigin + performance.now()
export const clockMs = (printed: string): number => Number(BigInt(printed.trim()) / 1000n) / 1000

async function runChain(server: ServerProcess, workflowId: number): Promise<{ toFirst: number; toChild: number }> {
  const { workflows } = server.client
  const calledAt = nowMs()
  const { executionId } = await workflows.executeWorkflow(workflowId)
  // Seldom asked, for the asking takes of the machine that is measured.
  await workflows.waitForExecution(workflowId, executionId, { pollMs: 1000 })
  const clockOf = async (stepName: string): Promise<number[]> => {
    const clocks: number[] = []
    for await (const line of workflows.followExecutionLogs(workflowId, executionId, { stepName }))
      clocks.push(clockMs(line.message))
    return clocks
  }
  const [firstStart = Number.NaN, firstEnd = Number.NaN] = await clockOf('first')
  const [childStart = Number.NaN] = await clockOf('child')
  return { toFirst: firstStart - calledAt, toChild: childStart - firstEnd }
}

export function dockerRun(dockerHost: string, image: string, network: string): Promise<number> {
  const calledAt = nowMs()
  const child = spawn('docker', ['run', '--rm', '--network', network, image, '/bin/sh', '-c', printClock], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'], DOCKER_HOST: dockerHost },
  })
  return new Promise((resolve, reject) => {
    let printed = ''
    child.stdout.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
    })
    child.on('error', reject)
    child.on('close', (code) =>
      code === 0 ? resolve(clockMs(printed) - calledAt) : reject(new Error(`docker run: ${code}`)),
    )
  })
}

type Driver = ReturnType<typeof createDockerDriver>

async function driverAlone(driver: Driver, spec: WorkloadSpec): Promise<EngineAlone> {
  const call = { signal: AbortSignal.timeout(60_000) }
  const next = { ...spec, name: `${spec.name}-next` }
  const calledAt = nowMs()
  await driver.ensure(spec, call)
  await driver.wait(spec.name, call)
  const noticedAt = nowMs()
  await driver.ensure(next, call)
  await driver.wait(next.name, call)
  const clocks: number[] = []
  for (const { name } of [spec, next]) {
    for await (const batch of driver.logs(name, { since: null, follow: false }, call)) {
      clocks.push(...batch.map(({ text }) => clockMs(text)))
    }
    await driver.remove(name, call)
  }
  const [startedAt = Number.NaN, endedAt = Number.NaN, nextStartedAt = Number.NaN] = clocks
  return { start: startedAt - calledAt, exitNotice: noticedAt - endedAt, endToNext: nextStartedAt - endedAt }
}

export async function measureContainers(place: Place): Promise<ContainerLatency> {
  const server = await place.server()
  await server.start()
  return measureContainerLatency(server, await buildImage(server))
}

/** Id of an image that has a shell. */
export async function buildImage(server: ServerProcess): Promise<number> {
  const folder = join(import.meta.dirname, '../tests/e2e/fixtures/echo-service')
  const { imageId, buildId } = await server.client.images.createImage(
    { name: 'bench', type: 'workflow' },
    await zipFolder(folder),
  )
  await server.client.images.waitForBuild(imageId, buildId)
  return imageId
}

async function measureContainerLatency(server: ServerProcess, imageId: number): Promise<ContainerLatency> {
  const { dockerHost } = server
  const version = (await server.client.images.describeImage(imageId)).latestVersion
  const { id: workflowId } = await server.client.workflows.createWorkflow({
    name: 'latency',
    steps: {
      first: { type: 'standard', imageId, command: `${printClock}; ${printClock}`, resources: { instanceTypeId: 23 } },
      child: { type: 'standard', imageId, command: printClock, parents: ['first'], resources: { instanceTypeId: 23 } },
    },
  })
  await runChain(server, workflowId)
  const network =
    (await findOwnedObjects(dockerHost, server.installation())).find(({ kind }) => kind === 'network')?.name ?? 'bridge'
  const installation = `bench-${randomUUID().slice(0, 8)}`
  const driver = createDockerDriver({ installation, dockerHost, logger: silent })
  const rows: Round[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      const name = `cairn-${installation}-${round}`
      const runEngineAlone = () => driverAlone(driver, specOf(name, version.pullUrl, network))
      // Each goes first in every other round.
      const early = round % 2 === 0 ? await settled(() => runChain(server, workflowId)) : null
      const engineAlone = await settled(runEngineAlone)
      const chain = early ?? (await settled(() => runChain(server, workflowId)))
      const dockerRunMs = await settled(() => dockerRun(dockerHost, version.pullUrl, network))
      rows.push({ ...chain, ...engineAlone, dockerRunMs })
    }
  } finally {
    await removeOwnedObjects(dockerHost, installation)
  }
  return summariseRounds(rows)
}

function specOf(name: string, image: string, network: string): WorkloadSpec {
  return {
    name,
    owner: { kind: 'step', id: randomUUID(), tenantId: randomUUID() },
    image,
    command: ['/bin/sh', '-c', `${printClock}; ${printClock}`],
    env: {},
    resources: { cpus: 1, memoryBytes: 2 ** 31, pids: 1024, storageBytes: null },
    network,
    files: null,
    publishPort: null,
  }
}

function summariseRounds(rows: readonly Round[]): ContainerLatency {
  const of = (read: (round: Round) => number): Summary => summarise(rows.map(read))
  return {
    executeToProcess: of(({ toFirst }) => toFirst),
    parentEndToChildProcess: of(({ toChild }) => toChild),
    dockerRunToProcess: of(({ dockerRunMs }) => dockerRunMs),
    engineStartToProcess: of(({ start }) => start),
    engineExitNotice: of(({ exitNotice }) => exitNotice),
    engineEndToNextProcess: of(({ endToNext }) => endToNext),
    ownOverheadPerStep: of(({ toChild, endToNext }) => toChild - endToNext),
    ownOverheadOfExecute: of(({ toFirst, start }) => toFirst - start),
    ratioToDockerRun: of(({ toChild, dockerRunMs }) => toChild / dockerRunMs),
  }
}
