/** What the screens are measured with: a run of 500 steps, and one that wrote a million lines. */
import type { CairnClient } from '@cairn/sdk'

export const stepCount = 500
export const lineCount = 1_000_000
/** The one line that tells of an error, counted from 1. */
export const errorLine = 777_778

export interface SampleRun {
  readonly workflowId: number
  readonly executionId: string
}

async function runOf(client: CairnClient, name: string, steps: object): Promise<SampleRun> {
  const body = { name, triggers: [], watchers: [], steps } as Parameters<typeof client.workflows.createWorkflow>[0]
  const { id: workflowId } = await client.workflows.createWorkflow(body)
  const { executionId } = await client.workflows.executeWorkflow(workflowId)
  await client.workflows.waitForExecution(workflowId, executionId, { timeoutMs: 600_000 })
  return { workflowId, executionId }
}

/** Steps in ranks of 19, most of which wait for one of the rank before and some for two. */
function wideSteps(url: string): object {
  const parentsOf = (at: number): readonly string[] => {
    if (at === 0) return []
    if (at < 20) return ['step-0']
    return [`step-${at - 19}`, ...(at % 7 === 0 ? [`step-${at - 12}`] : [])]
  }
  const steps = Array.from({ length: stepCount }, (_, at) => [
    `step-${at}`,
    { type: 'http', method: 'get', url, parents: parentsOf(at) },
  ])
  return Object.fromEntries(steps)
}

export async function makeWideRun(client: CairnClient, baseUrl: string): Promise<SampleRun> {
  return runOf(client, 'five-hundred-steps', wideSteps(`${baseUrl}/healthz`))
}

export async function makeLongLog(client: CairnClient): Promise<SampleRun> {
  const dockerfile = 'FROM debian:bookworm-slim\n'
  const buildDetails = { source: 'dockerfile', dockerfile } as const
  const { imageId, buildId } = await client.images.createImage({ name: 'printer', type: 'workflow', buildDetails })
  await client.images.waitForBuild(imageId, buildId)
  const print = `{ if (NR == ${errorLine}) print "ValueError: no rows"; else print "2026-11-27 line", $1, "value", $1 * 7 % 1013 }`
  const command = `seq 1 ${lineCount} | awk '${print}'`
  return runOf(client, 'million-lines', { print: { imageId, command, parents: [] } })
}
