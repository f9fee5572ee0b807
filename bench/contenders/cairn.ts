/**
 * Cairn as a contender: an engine as the server starts it, and what starts runs by the store's own functions, in this
 * process, on the PostgreSQL database that it is given.
 */
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { noCrashPoints } from '@cairn/domain'
import { createFakeDriver } from '@cairn/driver'
import {
  createGitRepositories,
  defaultExecutionSettings,
  type ExecutionEngine,
  startExecutionEngine,
} from '@cairn/engine'
import { createSecretCipher, LocalObjectStore, openDatabase, openHints, openWarehouses, RunStarter } from '@cairn/store'
import { silentLogger } from '@cairn/testkit'
import { answerOrders, timesOf } from './answer-orders.ts'
import { startInClosedLoop } from './closed-loop.ts'
import { createEndWatch } from './end-watch.ts'
import { addFinishedRuns, fillQueue } from './fill-database.ts'
import { createWorkflows, startOne, type Work, type Workflows } from './start-runs.ts'

const { databaseUrl } = JSON.parse(process.argv[2] ?? '{}') as { readonly databaseUrl: string }
const onError = (error: unknown): void => console.error(error)
const connect = () => openDatabase({ url: databaseUrl, maxConnections: 20, applicationName: 'cairn-bench', onError })
/** The engine's, as many as a server has by default, and the starter's. */
const database = connect()
const starter = connect()
const runStarter = new RunStarter(starter)
const hints = openHints({ url: databaseUrl, applicationName: 'cairn-bench-hints', onError })
const cipher = createSecretCipher([Buffer.alloc(32, 'key of the bench')])
/** No step of the bench uses one, so none is made. */
const warehouses = openWarehouses({
  database,
  cipher,
  installationId: 'bench',
  serverUrl: databaseUrl,
  ownsServer: false,
  onWarning: onError,
})
const clock = { now: () => Date.now() }
const driver = createFakeDriver({ clock, installation: 'bench', programs: {} })

function startEngine(mostLiveRuns: number): ExecutionEngine {
  return startExecutionEngine({
    database,
    hints,
    driver,
    installationId: 'bench',
    secretCipher: cipher,
    warehouses,
    objectStore: new LocalObjectStore(join(tmpdir(), 'cairn-bench-objects')),
    repositories: createGitRepositories({ path: '', temporaryDirectory: tmpdir(), egressAllow: [] }),
    logger: silentLogger,
    clock,
    crashPoints: noCrashPoints,
    egressAllow: ['127.0.0.1'],
    settings: { ...defaultExecutionSettings, mostLiveRuns },
  })
}

let engine: ExecutionEngine | null = null

/** Work that is ordered again and again keeps its workflows. */
const known = new Map<string, Promise<Workflows>>()

function workflowsOf(work: Work, count: number): Promise<Workflows> {
  const key = `${work.shape} ${work.steps} ${count}`
  const made = known.get(key) ?? createWorkflows(starter, count, work)
  known.set(key, made)
  return made
}

async function latencies(order: Work & { readonly runs: number }): Promise<number[]> {
  engine ??= startEngine(defaultExecutionSettings.mostLiveRuns)
  const workflows = await workflowsOf(order, 1)
  const watch = await createEndWatch(starter)
  try {
    return await timesOf(order.runs, async () => {
      const id = await startOne(runStarter, workflows, workflows.ids[0] ?? 0)
      hints.notify('execution')
      const status = await watch.ended(id)
      if (status !== 'success') throw new Error(`run ${id} ended as ${status}`)
    })
  } finally {
    await watch.close()
  }
}

/** As many workflows as live runs: a workflow may have few at a time. */
async function throughput(order: Work & { readonly runs: number; readonly concurrent: number }): Promise<number> {
  engine ??= startEngine(defaultExecutionSettings.mostLiveRuns)
  const workflows = await workflowsOf(order, order.concurrent)
  let next = 0
  const start = async (): Promise<void> => {
    next += 1
    await startOne(runStarter, workflows, workflows.ids[next % workflows.ids.length] ?? 0)
    hints.notify('execution')
  }
  return startInClosedLoop(starter, { count: order.runs, most: order.concurrent, start })
}

/** So many runs wait to be claimed; an engine must not run. */
async function fill(order: Work & { readonly count: number }): Promise<null> {
  await fillQueue({ database: starter, runStarter }, await workflowsOf(order, 1000), order.count)
  return null
}

async function addFinished(order: Work & { readonly count: number }): Promise<null> {
  await addFinishedRuns({ database: starter, runStarter }, await workflowsOf(order, 1000), order.count)
  return null
}

/** Takes one run at a time. */
async function open(): Promise<null> {
  engine = startEngine(1)
  return Promise.resolve(null)
}

async function shut(): Promise<null> {
  await engine?.stop()
  engine = null
  return null
}

answerOrders({ latencies, throughput, fill, addFinished, open, shut }, async () => {
  await engine?.stop()
  await warehouses.close()
  await hints.close()
  await starter.close()
  await database.close()
})
