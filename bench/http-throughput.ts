/**
 * Executions and http steps per second, every event durable, against a server on the loopback interface in this process.
 * All runs are started as fast as `startsAtOnce` callers can, beside each other; each workflow is asked now and then
 * whether a run of it is live, so what is measured is the work and not the asking.
 */
import type { CairnClient } from '@cairn/sdk'
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import type { HttpTarget } from './http-target.ts'
import type { Place } from './place.ts'

export interface HttpThroughput {
  readonly executions: number
  readonly httpSteps: number
  readonly seconds: number
  readonly executionsPerSecond: number
  readonly httpStepsPerSecond: number
}

interface Shape {
  /** `wide`: all steps beside each other; `chain`: one after the other. */
  readonly shape: 'wide' | 'chain'
  readonly stepsEach: number
  readonly workflowCount: number
  /** At most the live runs that a workflow may have: 100. */
  readonly runsEach: number
}

type Workflows = CairnClient['workflows']

const startsAtOnce = 16
const pollMs = 25

function stepsOf(shape: Shape, url: string) {
  return Object.fromEntries(
    Array.from({ length: shape.stepsEach }, (_, index) => [
      `s${index}`,
      {
        type: 'http' as const,
        method: 'get' as const,
        url,
        parents: shape.shape === 'chain' && index > 0 ? [`s${index - 1}`] : [],
      },
    ]),
  )
}

async function startRuns(workflows: Workflows, ids: readonly number[], runsEach: number): Promise<void> {
  const toStart = Array.from({ length: runsEach }, () => ids).flat()
  const startInTurn = async (): Promise<void> => {
    for (let id = toStart.pop(); id !== undefined; id = toStart.pop()) await workflows.executeWorkflow(id)
  }
  await Promise.all(Array.from({ length: startsAtOnce }, startInTurn))
}

async function untilNoneIsLive(workflows: Workflows, id: number): Promise<void> {
  while ((await workflows.describeWorkflow(id)).status === 'Running') {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}

async function requireSuccess(workflows: Workflows, id: number): Promise<void> {
  const runs = await workflows.listExecutions(id).all()
  const other = runs.find(({ status }) => status !== 'Success')
  if (other !== undefined) throw new Error(`run ${other.executionId} ended as ${other.status}`)
}

export async function measureHttpThroughput(place: Place): Promise<Readonly<Record<string, HttpThroughput>>> {
  const server = await place.server()
  await server.start()
  const target = await place.target()
  await measureShape(server, target, { shape: 'wide', stepsEach: 20, workflowCount: 10, runsEach: 2 })
  return {
    wide: await measureShape(server, target, { shape: 'wide', stepsEach: 100, workflowCount: 20, runsEach: 5 }),
    chain: await measureShape(server, target, { shape: 'chain', stepsEach: 3, workflowCount: 40, runsEach: 100 }),
  }
}

async function measureShape(server: ServerProcess, target: HttpTarget, shape: Shape): Promise<HttpThroughput> {
  const { workflows } = server.client
  const name = `${shape.shape}-${shape.stepsEach}-${Date.now()}`
  const ids: number[] = []
  for (let index = 0; index < shape.workflowCount; index += 1) {
    const steps = stepsOf(shape, target.url)
    const metadata = { allowConcurrentExecution: true }
    ids.push((await workflows.createWorkflow({ name: `${name}-${index}`, metadata, steps })).id)
  }
  const before = target.answered()
  const startedAt = performance.now()
  await startRuns(workflows, ids, shape.runsEach)
  for (const id of ids) await untilNoneIsLive(workflows, id)
  const seconds = (performance.now() - startedAt) / 1000
  const executions = shape.workflowCount * shape.runsEach
  const httpSteps = executions * shape.stepsEach
  for (const id of ids) await requireSuccess(workflows, id)
  target.requireAnswered(before, httpSteps)
  return {
    executions,
    httpSteps,
    seconds: Math.round(seconds * 1000) / 1000,
    executionsPerSecond: Math.round(executions / seconds),
    httpStepsPerSecond: Math.round(httpSteps / seconds),
  }
}
