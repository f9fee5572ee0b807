/**
 * Fifty runs triggered at once, each of one container step: from the call of `execute` to the step's process, in rounds
 * that alternate with fifty `docker run` of the same image on the same network.
 */
import { findOwnedObjects } from '../scripts/container-engine/list-owned-objects.ts'
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import { buildImage, clockMs, dockerRun, nowMs, printClock } from './container-latency.ts'
import type { Place } from './place.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const atOnce = 50
const settleMs = 2000

export interface TriggerLatency {
  readonly atOnce: number
  /** Milliseconds. */
  readonly executeToProcess: Summary
  readonly dockerRunToProcess: Summary
  /** Median over median, by round: below 1 = Cairn is quicker. */
  readonly ratioToDockerRun: Summary
}

export async function measureTriggerLatency(place: Place): Promise<TriggerLatency> {
  const server = await place.server()
  await server.start()
  const imageId = await buildImage(server)
  const { pullUrl } = (await server.client.images.describeImage(imageId)).latestVersion
  const workflowIds = await createWorkflows(server, imageId)
  await executeAll(server, workflowIds.slice(0, 1))
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  const network = owned.find(({ kind }) => kind === 'network')?.name ?? 'bridge'
  const runs: number[][] = []
  const peers: number[][] = []
  for (let round = 0; round < place.rounds; round += 1) {
    runs.push(await executeAll(server, workflowIds))
    await settled()
    peers.push(await Promise.all(workflowIds.map(() => dockerRun(server.dockerHost, pullUrl, network))))
    await settled()
  }
  return {
    atOnce,
    executeToProcess: summarise(runs.flat()),
    dockerRunToProcess: summarise(peers.flat()),
    ratioToDockerRun: summarise(runs.map((times, round) => medianOf(times) / medianOf(peers[round] ?? []))),
  }
}

/** Containers are removed after their runs have ended, which takes of the machine. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, settleMs))

async function createWorkflows(server: ServerProcess, imageId: number): Promise<number[]> {
  const ids: number[] = []
  for (let index = 0; index < atOnce; index += 1) {
    const { id } = await server.client.workflows.createWorkflow({
      name: `trigger-${index}`,
      steps: { only: { type: 'standard', imageId, command: printClock, resources: { instanceTypeId: 23 } } },
    })
    ids.push(id)
  }
  return ids
}

function executeAll({ client: { workflows } }: ServerProcess, ids: readonly number[]): Promise<number[]> {
  return Promise.all(
    ids.map(async (id) => {
      const calledAt = nowMs()
      const { executionId } = await workflows.executeWorkflow(id)
      await workflows.waitForExecution(id, executionId, { pollMs: 1000 })
      for await (const line of workflows.followExecutionLogs(id, executionId, { stepName: 'only' })) {
        return clockMs(line.message) - calledAt
      }
      throw new Error(`run ${executionId} printed nothing`)
    }),
  )
}
