/**
 * Executions and http steps per second, every event durable, against a server on the loopback interface in this process.
 * Bounded: `workflowCount` workflows, each run `runsEach` times, one live run a workflow.
 */
import { createServer } from 'node:http'
import type { ServerProcess } from '../tests/e2e/server-process.ts'

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
  readonly runsEach: number
}

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

export async function measureHttpThroughput(server: ServerProcess, shape: Shape): Promise<HttpThroughput> {
  let answered = 0
  const target = createServer((_, response) => {
    answered += 1
    response.end('ok')
  })
  await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve))
  const address = target.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const { workflows } = server.client
  const name = `${shape.shape}-${shape.stepsEach}-${Date.now()}`
  const ids: number[] = []
  for (let index = 0; index < shape.workflowCount; index += 1) {
    const steps = stepsOf(shape, `http://127.0.0.1:${address.port}/`)
    ids.push((await workflows.createWorkflow({ name: `${name}-${index}`, steps })).id)
  }
  try {
    const startedAt = performance.now()
    await Promise.all(
      ids.map(async (id) => {
        for (let run = 0; run < shape.runsEach; run += 1) {
          const { executionId } = await workflows.executeWorkflow(id)
          const details = await workflows.waitForExecution(id, executionId, { pollMs: 100 })
          if (details.status !== 'Success') throw new Error(`run ${executionId} ended as ${details.status}`)
        }
      }),
    )
    const seconds = (performance.now() - startedAt) / 1000
    const executions = shape.workflowCount * shape.runsEach
    const httpSteps = executions * shape.stepsEach
    if (answered !== httpSteps) throw new Error(`${answered} requests arrived for ${httpSteps} steps`)
    return {
      executions,
      httpSteps,
      seconds: Math.round(seconds * 1000) / 1000,
      executionsPerSecond: Math.round(executions / seconds),
      httpStepsPerSecond: Math.round(httpSteps / seconds),
    }
  } finally {
    target.closeAllConnections()
    await new Promise((resolve) => target.close(resolve))
  }
}
