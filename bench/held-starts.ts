/**
 * A chain of container steps that run for a second each: from a parent's end to its child's process running, in rounds that
 * alternate with `docker run` of the same image on the same network. Each process prints the machine's clock first and
 * last.
 */
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import { findOwnedObjects } from '../scripts/container-engine/list-owned-objects.ts'
import { buildImage, clockMs, dockerRun, printClock } from './container-latency.ts'
import type { Place } from './place.ts'
import { medianOf, type Summary, summarise } from './summary.ts'

const length = 8
/** So that the next container is there before this one ends. */
const command = `${printClock}; sleep 1; ${printClock}`
const runsPerRound = 4

export interface HeldStartLatency {
  readonly steps: number
  /** Milliseconds from the end of the parent's process to its child's process running. */
  readonly parentEndToChildProcess: Summary
  /** Milliseconds from starting `docker run --rm` to its process running. */
  readonly dockerRunToProcess: Summary
  /** Median over median, by round: below 1 = Cairn is quicker. */
  readonly ratioToDockerRun: Summary
}

export async function measureHeldStarts(place: Place): Promise<HeldStartLatency> {
  const server = await place.server()
  await server.start()
  const imageId = await buildImage(server)
  const { pullUrl } = (await server.client.images.describeImage(imageId)).latestVersion
  const workflowId = await createChain(server, imageId)
  await runChain(server, workflowId)
  const owned = await findOwnedObjects(server.dockerHost, server.installation())
  const network = owned.find(({ kind }) => kind === 'network')?.name ?? 'bridge'
  const gaps: number[][] = []
  const peers: number[][] = []
  for (let round = 0; round < place.rounds; round += 1) {
    const ofRound: number[] = []
    for (let run = 0; run < runsPerRound; run += 1) ofRound.push(...(await runChain(server, workflowId)))
    gaps.push(ofRound)
    const ofPeer: number[] = []
    for (let run = 0; run < length; run += 1) ofPeer.push(await dockerRun(server.dockerHost, pullUrl, network))
    peers.push(ofPeer)
  }
  return {
    steps: length,
    parentEndToChildProcess: summarise(gaps.flat()),
    dockerRunToProcess: summarise(peers.flat()),
    ratioToDockerRun: summarise(gaps.map((times, round) => medianOf(times) / medianOf(peers[round] ?? []))),
  }
}

const stepName = (index: number): string => `s${index}`

async function createChain({ client }: ServerProcess, imageId: number): Promise<number> {
  const steps = Object.fromEntries(
    Array.from({ length }, (_, index) => {
      const parents = index === 0 ? [] : [stepName(index - 1)]
      return [
        stepName(index),
        { type: 'standard' as const, imageId, command, parents, resources: { instanceTypeId: 23 } },
      ]
    }),
  )
  return (await client.workflows.createWorkflow({ name: 'held', steps })).id
}

/** The gaps between the steps, in milliseconds. */
async function runChain({ client: { workflows } }: ServerProcess, workflowId: number): Promise<number[]> {
  const { executionId } = await workflows.executeWorkflow(workflowId)
  await workflows.waitForExecution(workflowId, executionId, { pollMs: 1000 })
  const clocks: number[][] = []
  for (let index = 0; index < length; index += 1) {
    const ofStep: number[] = []
    for await (const line of workflows.followExecutionLogs(workflowId, executionId, { stepName: stepName(index) }))
      ofStep.push(clockMs(line.message))
    clocks.push(ofStep)
  }
  return clocks.slice(1).map((child, index) => (child[0] ?? Number.NaN) - (clocks[index]?.[1] ?? Number.NaN))
}
