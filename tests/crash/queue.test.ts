import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { enqueueWork, type WorkKind } from '@cairn/store'
import { createTestDatabase, eventually, type TestDatabase } from '@cairn/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { countLeft, createTables, findViolations, noViolations, withQueueTables } from './queue-tables.ts'
import { queueCrashPoints, type WorkerOptions } from './queue-worker.ts'

const workerScript = fileURLToPath(new URL('queue-worker.ts', import.meta.url))
const keys = (['build', 'service'] as const).flatMap((kind) =>
  Array.from({ length: 8 }, (_, index) => ({ kind, key: String(index) })),
)

let subject: TestDatabase
const workers = new Set<ChildProcess>()

beforeEach(async () => {
  subject = await createTestDatabase({ maxConnections: 4 })
  await subject.database.pool.query(createTables)
  for (const { kind, key } of keys) {
    await subject.database.pool.query('insert into queue_parent (kind, key) values ($1, $2)', [kind, key])
  }
})
afterEach(async () => {
  await Promise.all([...workers].map(kill))
  await subject.drop()
})

function startWorker(options: WorkerOptions): ChildProcess {
  const worker = spawn(process.execPath, [workerScript, subject.url, JSON.stringify(options)], { stdio: 'inherit' })
  workers.add(worker)
  worker.once('exit', () => workers.delete(worker))
  return worker
}

async function kill(worker: ChildProcess): Promise<void> {
  if (worker.exitCode !== null || worker.signalCode !== null) return
  const ended = once(worker, 'exit')
  worker.kill('SIGKILL')
  await ended
}

/** What an API call does: the change and the work it asks for, in one transaction; the parent row first. */
const wantOnePassMore = (kind: WorkKind, key: string): Promise<void> =>
  subject.database.transaction(async (tx) => {
    await withQueueTables(tx)
      .updateTable('queue_parent')
      .set((row) => ({ passes_wanted: row('passes_wanted', '+', 1) }))
      .where('kind', '=', kind)
      .where('key', '=', key)
      .execute()
    await enqueueWork(tx, { kind, key })
  })

const allDone = (timeoutMs: number): Promise<void> =>
  eventually(async () => expect(await countLeft(subject.database)).toEqual({ unfinished: 0, work: 0 }), {
    timeoutMs,
    everyMs: 50,
  })

const healthy: WorkerOptions = { crash: 0, stall: 0, leaseMs: 300 }

test.each(queueCrashPoints)('a worker that is killed at %s loses no pass and doubles none', async (point) => {
  for (const { kind, key } of keys) await wantOnePassMore(kind, key)
  // A lease is renewed only if a pass takes a while.
  const doomed = startWorker({ ...healthy, crash: point, stall: point === 'queue.renewed' ? 1 : 0 })
  const [, signal]: unknown[] = await once(doomed, 'exit')
  expect(signal).toBe('SIGKILL')
  for (const { kind, key } of keys) await wantOnePassMore(kind, key)
  startWorker(healthy)
  await allDone(15_000)
  expect(await findViolations(subject.database)).toEqual(noViolations)
})

test('workers that die and stall at random while keys are edited lose no pass and double none', async () => {
  const random: WorkerOptions = { crash: 0.004, stall: 0.01, leaseMs: 300 }
  let deaths = 0
  const over = new AbortController()
  const keepOneRunning = async (): Promise<void> => {
    while (!over.signal.aborted) {
      await once(startWorker(random), 'exit')
      deaths += 1
    }
  }
  const running = [1, 2, 3].map(keepOneRunning)
  for (let edit = 0; edit < 250; edit += 1) {
    const { kind, key } = keys[Math.floor(Math.random() * keys.length)] ?? keys[0] ?? { kind: 'build', key: '0' }
    await wantOnePassMore(kind, key)
    if (edit % 25 === 24) [...workers][Math.floor(Math.random() * workers.size)]?.kill('SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  over.abort()
  await Promise.all([...workers].map(kill))
  await Promise.all(running)
  // What is left of the chaos is finished by a worker that lives: with deaths going on there is no bound on the end.
  startWorker(healthy)
  await allDone(20_000)
  expect(await findViolations(subject.database)).toEqual(noViolations)
  expect(deaths).toBeGreaterThan(5)
})
