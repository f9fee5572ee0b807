/** Two servers on one PostgreSQL share the runs; `kill -9` of one, of either, loses and doubles nothing. */
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CairnClient, createClient } from '@cairn/sdk'
import {
  type Database,
  type EmbeddedPostgres,
  openDatabase,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from '@cairn/store'
import { eventually, HttpReceiver } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { findBrokenRecords } from '../crash/execution/recorded-invariants.ts'
import { containersOf, createServerProcess, type ServerProcess } from './server-process.ts'

const runsOfWave = 2
const mostWaves = 20
/** A container whose run ended right before its server died is swept within 45 s. */
const sweep = { timeoutMs: 60_000, everyMs: 500 }
const recovery = { timeoutMs: 90_000, everyMs: 50 }
const containerSteps = ['first', 'left', 'right', 'last']

let directory: string
let postgres: EmbeddedPostgres
let database: Database
let receiver: HttpReceiver
let killed: ServerProcess
let survivor: ServerProcess
let client: CairnClient
let workflowId: number

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cairn-two-engines-'))
  postgres = await startEmbeddedPostgres({ directory, log: () => undefined })
  const onError = () => undefined
  database = openDatabase({ url: postgres.url, maxConnections: 2, applicationName: 'two-engines', onError })
  receiver = await HttpReceiver.open()
  const settings = { CAIRN_DATABASE_URL: postgres.url, CAIRN_MAX_LIVE_RUNS: '100' }
  killed = await createServerProcess({ ...settings, CAIRN_ROLES: 'engine' })
  survivor = await createServerProcess({ ...settings, CAIRN_DATA_DIR: killed.dataDirectory })
  await survivor.start()
  await killed.start()
  client = createClient({ baseUrl: survivor.baseUrl, token: survivor.token })
  workflowId = await createRelay()
})
afterAll(async () => {
  await killed.stop()
  await survivor.dispose()
  await killed.dispose()
  await receiver.close()
  await database.close()
  await postgres.stop()
  await removeEmbeddedPostgres(directory)
})

/** Two steps side by side between containers and a call; each container hands on what it was given and its own letter. */
async function createRelay(): Promise<number> {
  const dockerfile = { source: 'dockerfile' as const, dockerfile: 'FROM debian:bookworm-slim\n' }
  const { imageId, buildId } = await client.images.createImage({
    name: 'base',
    type: 'workflow',
    buildDetails: dockerfile,
  })
  await client.images.waitForBuild(imageId, buildId)
  const command = (letter: string, seconds: number): string =>
    `echo "started $CAIRN_STEP_NAME"; sleep ${seconds}; echo "$IN$OTHER"${letter} > out`
  const outputParameters = { out: 'out' }
  const from = (output: string) => ({ inherit: { IN: output } })
  const { id } = await client.workflows.createWorkflow({
    name: 'relay',
    metadata: { allowConcurrentExecution: true },
    retryOptions: { numberOfRetries: 0 },
    steps: {
      first: { imageId, command: command('a', 1), outputParameters: { begun: 'out' } },
      left: { imageId, parents: ['first'], command: command('b', 2), parameters: from('begun'), outputParameters },
      right: {
        imageId,
        parents: ['first'],
        command: command('c', 3),
        parameters: from('begun'),
        outputParameters: { beside: 'out' },
      },
      tell: { type: 'http', method: 'post', url: `${receiver.url}/told`, auth: { type: 'no-auth' }, parents: ['left'] },
      last: {
        imageId,
        parents: ['tell', 'right'],
        command: command('d', 0),
        parameters: { inherit: { IN: 'out', OTHER: 'beside' } },
        outputParameters: { whole: 'out' },
      },
    },
  })
  return id
}

async function startWave(): Promise<string[]> {
  const started = await Promise.all(
    Array.from({ length: runsOfWave }, () => client.workflows.executeWorkflow(workflowId)),
  )
  return started.map(({ executionId }) => executionId)
}

/** Runs that each live process owns, by the process's id in the system. */
async function liveRunsByPid(): Promise<ReadonlyMap<number, number>> {
  const { rows } = await database.pool.query<{ pid: number; runs: number }>(
    `select p.pid, count(*)::int as runs from execution e join engine_process p on p.id = e.owner
     where e.finished_at is null group by 1`,
  )
  return new Map(rows.map(({ pid, runs }) => [pid, runs]))
}

/** Starts runs until both servers have some in their hands. */
async function startUntilBothWork(): Promise<string[]> {
  const runs: string[] = []
  for (let wave = 0; wave < mostWaves; wave += 1) {
    runs.push(...(await startWave()))
    const areShared = await eventually(async () => {
      const owners = await liveRunsByPid()
      expect([...owners.values()].reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
      return owners.has(killed.pid()) && owners.has(survivor.pid())
    }, recovery)
    if (areShared) return runs
  }
  throw new Error(`only one server took runs: ${JSON.stringify([...(await liveRunsByPid())])}`)
}

async function expectWhole(executionId: string): Promise<void> {
  const { status, reason, steps } = await client.workflows.waitForExecution(workflowId, executionId)
  expect({ status, reason }).toEqual({ status: 'Success', reason: null })
  expect(steps.find(({ name }) => name === 'last')?.output).toEqual({ whole: 'abacd' })
  for (const stepName of containerSteps) {
    const starts: string[] = []
    for await (const { message } of client.workflows.followExecutionLogs(workflowId, executionId, { stepName })) {
      starts.push(message)
    }
    expect(starts).toEqual([`started ${stepName}`])
  }
}

it('each works on some of the runs, and the other goes on with those of one that is killed', async () => {
  const runs = await startUntilBothWork()
  await eventually(async () => expect((await containersOf(survivor, 'step')).length).toBeGreaterThan(2), recovery)
  const ofKilled = (await liveRunsByPid()).get(killed.pid()) ?? 0
  expect(ofKilled).toBeGreaterThan(0)
  await killed.kill()
  await Promise.all(runs.map(expectWhole))
  const calls = receiver.calls.filter(({ path }) => path === '/told').length
  expect(calls).toBeGreaterThanOrEqual(runs.length)
  // Only a call that was under way at the kill is sent again.
  expect(calls).toBeLessThanOrEqual(runs.length + ofKilled)
  expect(await findBrokenRecords(database)).toEqual({})
  await eventually(async () => expect(await containersOf(survivor, 'step')).toEqual([]), sweep)
})

it('a server that comes back takes new runs beside the other', async () => {
  await killed.start()
  const runs = await startUntilBothWork()
  await Promise.all(runs.map(expectWhole))
  expect(await findBrokenRecords(database)).toEqual({})
  await eventually(async () => expect(await containersOf(survivor, 'step')).toEqual([]), sweep)
})
