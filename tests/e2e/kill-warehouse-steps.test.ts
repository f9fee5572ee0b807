/** `kill -9` of the server in the middle of a statement and of an export: each is done again, and its effect is there once. */
import { text } from 'node:stream/consumers'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const rows = 600_000
let server: ServerProcess

beforeAll(async () => {
  server = await createServerProcess()
  await server.start()
})
afterAll(() => server.dispose())

const runningStep = (workflowId: number, executionId: string, stepName: string) =>
  eventually(
    async () => {
      const { steps } = await server.client.workflows.getExecutionDetails(workflowId, executionId)
      expect(steps.find(({ name }) => name === stepName)?.status).toBe('Running')
    },
    { timeoutMs: 60_000, everyMs: 50 },
  )

async function killAndStart(): Promise<void> {
  await server.kill()
  await server.start()
}

/** A step of the run as it ended, with all that was decided on it. */
async function endedStep(workflowId: number, executionId: string, stepName: string) {
  const { status, reason, steps } = await server.client.workflows.waitForExecution(workflowId, executionId)
  expect({ status, reason }).toEqual({ status: 'Success', reason: null })
  return steps.find(({ name }) => name === stepName)
}

it('runs a statement that was cut off again, with the effect of one', async () => {
  const { queries, workflows } = server.client
  await queries.putQuery('visits/table.sql', 'create table visits (id int, note text)')
  await queries.putQuery(
    'visits/load.sql',
    `insert into visits select n, md5(n::text) from generate_series(1, ${rows}) n; select pg_sleep(5)`,
  )
  const { id } = await workflows.createWorkflow({
    name: 'load',
    steps: {
      table: { type: 'sql', sqlQueryPath: 'visits/table.sql' },
      load: { type: 'sql', sqlQueryPath: 'visits/load.sql', parents: ['table'] },
    },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  await runningStep(id, executionId, 'load')
  await killAndStart()
  const load = await endedStep(id, executionId, 'load')
  expect(load?.attempt).toBe(2)
  expect(JSON.stringify(load?.decisions)).toContain('the server stopped during the step')
})

it('writes an export that was cut off again, once and whole', async () => {
  const { workflows, exports } = server.client
  const { id } = await workflows.createWorkflow({
    name: 'export',
    steps: {
      out: { type: 'export', schema: 'public', table: 'visits', sortBy: 'note', sortOrder: 'desc', compression: false },
    },
  })
  const { executionId } = await workflows.executeWorkflow(id)
  await runningStep(id, executionId, 'out')
  await killAndStart()
  expect((await endedStep(id, executionId, 'out'))?.attempt).toBe(2)
  const files = await exports.listExports({ executionId }).all()
  expect(files.map(({ rowCount }) => rowCount)).toEqual([rows])
  const { stream } = await exports.downloadExport(files[0]?.id ?? '')
  expect((await text(stream)).trimEnd().split('\n')).toHaveLength(rows + 1)
})
