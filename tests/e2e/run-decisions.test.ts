/** Stops, retries, partial runs and queues by the SDK on the whole server, and the reasons that it gives for each. */
import type { ExecutionDetails, WorkflowBody } from '@cairn/contract'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const patience = { timeoutMs: 60_000, everyMs: 50 }
let server: ServerProcess
let imageId: number

beforeAll(async () => {
  server = await createServerProcess({ CAIRN_MAX_LIVE_RUNS: '1' })
  await server.start()
  const buildDetails = { source: 'dockerfile' as const, dockerfile: 'FROM debian:bookworm-slim\n' }
  const created = await server.client.images.createImage({ name: 'base', type: 'workflow', buildDetails })
  imageId = created.imageId
  await server.client.images.waitForBuild(imageId, created.buildId)
})
afterAll(() => server.dispose())

const createWorkflow = async (body: WorkflowBody): Promise<number> =>
  (await server.client.workflows.createWorkflow(body)).id

async function runToEnd(workflowId: number, body: object = {}): Promise<ExecutionDetails> {
  const { executionId } = await server.client.workflows.executeWorkflow(workflowId, body)
  return await server.client.workflows.waitForExecution(workflowId, executionId)
}

const textsOf = (run: ExecutionDetails, step: string, kind: string): string[] =>
  (run.steps.find(({ name }) => name === step)?.decisions ?? []).flatMap((entry) =>
    entry.kind === kind ? entry.text : [],
  )

const outcomes = ({ steps }: ExecutionDetails): Record<string, string> =>
  Object.fromEntries(steps.map(({ name, status }) => [name, status]))

it('retries name the exit code and the wait, which doubles, and end with the options', async () => {
  const failing = (code: number, retryOptions: object) => ({
    imageId,
    command: `exit ${code}`,
    runConfiguration: { retryOptions },
  })
  const id = await createWorkflow({
    name: 'retries',
    retryOptions: { numberOfRetries: 1, duration: 0 },
    steps: {
      doubled: failing(3, { numberOfRetries: 2, duration: 1, exponentialBackoff: true, exitCodes: [3] }),
      other: failing(4, { numberOfRetries: 2, duration: 1, exitCodes: [3] }),
      inherited: { imageId, command: 'exit 5' },
    },
  })
  const run = await runToEnd(id)
  expect(run.status).toBe('Failed')
  const [first, second] = textsOf(run, 'doubled', 'retried')
  expect(first).toMatch(/^attempt 1 failed: exit code 3.*; attempt 2 starts after 1 s, at .* \(retry 1 of at most 2\)$/)
  expect(second).toMatch(
    /^attempt 2 failed: exit code 3.*; attempt 3 starts after 2 s, at .* \(retry 2 of at most 2\)$/,
  )
  expect(textsOf(run, 'doubled', 'failed')).toEqual([expect.stringMatching(/exit code 3.*; no retry is left of 2$/)])
  expect(textsOf(run, 'other', 'failed')).toEqual([
    expect.stringMatching(/exit code 4.*; not retried: the retry options name exit codes 3 only$/),
  ])
  expect(textsOf(run, 'inherited', 'retried')).toEqual([
    expect.stringMatching(/exit code 5.*\(retry 1 of at most 1\)$/),
  ])
  expect(run.steps.map(({ attempt, exitCode }) => [attempt, exitCode])).toEqual([
    [3, 3],
    [1, 4],
    [2, 5],
  ])
})

it('a step says what it waits for, and which condition skipped it with which value', async () => {
  const compared = { condition: 'equals' as const, stepName: 'measure', paramName: 'quality', value: 'good' }
  const id = await createWorkflow({
    name: 'conditions',
    steps: {
      measure: { imageId, command: 'printf bad > q', outputParameters: { quality: 'q' } },
      publish: { imageId, command: 'true', parents: ['measure'], executionParameters: { conditional: [compared] } },
    },
  })
  const run = await runToEnd(id)
  expect(outcomes(run)).toEqual({ measure: 'Success', publish: 'Skipped' })
  expect(textsOf(run, 'publish', 'waiting')).toEqual(['waits for "measure"'])
  expect(textsOf(run, 'publish', 'skipped')).toEqual([
    'skipped: condition "measure.quality equals good" does not hold: it is "bad"',
  ])
})

it('a stop ends the container, names who asked, and a retry goes on from there', async () => {
  const { workflows } = server.client
  const id = await createWorkflow({
    name: 'stopped',
    steps: {
      first: { imageId, command: 'printf 1 > n', outputParameters: { n: 'n' } },
      long: {
        imageId,
        command: 'echo "given $N"; exec sleep "$SECONDS_TO_SLEEP"',
        parents: ['first'],
        parameters: { env: { SECONDS_TO_SLEEP: '600' }, inherit: { N: 'n' } },
      },
      after: { imageId, command: 'true', parents: ['long'] },
    },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  for await (const { message } of workflows.followExecutionLogs(id, executionId, { stepName: 'long' })) {
    expect(message).toBe('given 1')
    break
  }
  expect(await workflows.stopExecution(id, executionId, { reason: 'wrong month' })).toMatchObject({
    status: 'Stopping',
  })
  const stopped = await workflows.waitForExecution(id, executionId)
  const who = 'stopped by admin@cairn.local: wrong month'
  expect(stopped).toMatchObject({ status: 'Stopped', reason: who })
  expect(outcomes(stopped)).toEqual({ first: 'Success', long: 'Stopped', after: 'Stopped' })
  expect(textsOf(stopped, 'long', 'stopped')).toEqual([`stopped: ${who}`])
  // An ended container is removed after the record of its end, and after starts that are under way.
  await eventually(async () => expect(await containersOf(server, 'step')).toEqual([]))

  const params = { stepWise: { long: { SECONDS_TO_SLEEP: '0' } } }
  const retry = await workflows.retryExecution(id, executionId, { from: 'failed', params })
  const retried = await workflows.waitForExecution(id, retry.executionId)
  expect(retried).toMatchObject({ status: 'Success', rerunId: executionId, trigger: 'retry' })
  expect(textsOf(retried, 'first', 'reused')).toEqual([
    `reused: it succeeded in run ${executionId}, and its outputs stand`,
  ])
  expect(retried.steps.map(({ attempt }) => attempt)).toEqual([0, 1, 1])
})

it('a partial run leaves the other steps out and says so', async () => {
  const id = await createWorkflow({
    name: 'partial',
    steps: {
      a: { imageId, command: 'exit 1' },
      b: { imageId, command: 'true', parents: ['a'] },
      c: { imageId, command: 'true', parents: ['b'] },
      beside: { imageId, command: 'exit 1' },
    },
  })
  const alone = await runToEnd(id, { stepsToRun: [{ stepName: 'b' }] })
  expect(alone.status).toBe('Success')
  expect(outcomes(alone)).toEqual({ a: 'Skipped', b: 'Success', c: 'Skipped', beside: 'Skipped' })
  const withBelow = await runToEnd(id, { stepsToRun: [{ stepName: 'b', runDAG: true }] })
  expect(outcomes(withBelow)).toEqual({ a: 'Skipped', b: 'Success', c: 'Success', beside: 'Skipped' })
  expect(textsOf(withBelow, 'a', 'left_out')).toHaveLength(1)
})

it('a run beyond those that may be live says behind which it waits, and starts when that has ended', async () => {
  const { workflows } = server.client
  const steps = { hold: { imageId, command: 'exec sleep "$FOR"', parameters: { env: { FOR: '0' } } } }
  const id = await createWorkflow({ name: 'queued', metadata: { allowConcurrentExecution: true }, steps })
  const first = await workflows.executeWorkflow(id, { params: { global: { FOR: '600' } } })
  await eventually(async () => {
    expect((await workflows.getExecutionDetails(id, first.executionId)).steps[0]?.status).toBe('Running')
  }, patience)
  const second = await workflows.executeWorkflow(id)
  const waiting = await workflows.getExecutionDetails(id, second.executionId)
  const queued = waiting.decisions.find(({ kind }) => kind === 'queued')?.text
  expect(queued).toContain(first.executionId)
  await workflows.stopExecution(id, first.executionId)
  const ended = await workflows.waitForExecution(id, second.executionId)
  expect(ended.status).toBe('Success')
  // It is told also afterwards.
  expect(ended.decisions.find(({ kind }) => kind === 'queued')?.text).toContain(first.executionId)
})

it('without concurrent runs a second start is refused and names the live run', async () => {
  const { workflows } = server.client
  const id = await createWorkflow({ name: 'single', steps: { hold: { imageId, command: 'exec sleep 600' } } })
  const { executionId } = await workflows.executeWorkflow(id)
  await expect(workflows.executeWorkflow(id)).rejects.toThrow(executionId)
  await workflows.stopExecution(id, executionId)
  expect((await workflows.waitForExecution(id, executionId)).status).toBe('Stopped')
})

it('a paused workflow still runs when it is told to, and can be resumed', async () => {
  const { workflows } = server.client
  const triggers = [{ cron: '0 0 1 1 *' }]
  const id = await createWorkflow({ name: 'paused', triggers, steps: { a: { imageId, command: 'true' } } })
  await workflows.pauseWorkflow(id)
  expect((await workflows.describeWorkflow(id)).status).toBe('Paused')
  expect((await runToEnd(id)).status).toBe('Success')
  await workflows.resumeWorkflow(id)
  expect((await workflows.describeWorkflow(id)).status).not.toBe('Paused')
})
