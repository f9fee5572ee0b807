import { randomBytes } from 'node:crypto'
import { networkName, stepLogStream } from '@cairn/domain'
import { createDockerDriver } from '@cairn/driver-docker'
import { readLog } from '@cairn/store'
import { eventually, GitServer, silentLogger, testDockerHost } from '@cairn/testkit'
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest'
import { defaultExecutionSettings } from '../../src/index.ts'
import { containerName } from '../../src/execution/container/step-workload.ts'
import { containerStep, RunFixture } from './run-fixture.ts'

const installationId = randomBytes(4).toString('hex')
const driver = createDockerDriver({ installation: installationId, dockerHost: testDockerHost(), logger: silentLogger })
const call = { signal: new AbortController().signal }
const image = { imageId: 1, versionId: 1, name: 'base', version: '0.0.1', engineId: 'debian:bookworm-slim' }

let fixture: RunFixture
const networks: string[] = []
beforeEach(async () => {
  fixture = await RunFixture.open()
  networks.push(networkName(installationId, fixture.tenantId))
})
afterEach(() => fixture.close())
afterAll(async () => {
  for (const { name } of await driver.list(call)) await driver.remove(name, call)
  for (const name of networks) await driver.removeNetwork(name, call)
})

const start = () => fixture.startEngine({ driver, installationId })
const step = (command: string, fields: Partial<Parameters<typeof containerStep>[0]> = {}) =>
  containerStep({ image, command, ...fields })
const linesOf = async (id: string, name: string) => {
  const log = await readLog(fixture.database.db, stepLogStream(id, name), { token: null })
  return log.lines.map((line) => line.text)
}

test('A chain hands an output on, keeps its logs and leaves no container', async () => {
  start()
  const id = await fixture.run({
    train: step('echo training; echo 0.93 > accuracy.txt', { outputParameters: { accuracy: 'accuracy.txt' } }),
    report: step('echo "accuracy $ACC of $PEAK_WORKFLOW_NAME"', {
      parents: ['train'],
      inherit: { ACC: { step: 'train', output: 'accuracy' } },
    }),
  })
  const run = await fixture.finished(id, 40_000)
  expect(run).toMatchObject({ status: 'success', reason: null })
  expect(run.byName.get('train')?.outputs).toEqual({ accuracy: '0.93' })
  expect(await linesOf(id, 'train')).toEqual(['training'])
  expect(await linesOf(id, 'report')).toEqual(['accuracy 0.93 of wf'])
  await eventually(async () => expect(await driver.list(call)).toEqual([]))
})

test('The next container waits while a step runs, and none is left of a step that is skipped', async () => {
  start()
  const id = await fixture.run({
    first: step('sleep 2; exit $CODE', { env: { CODE: '0' } }),
    second: step('sleep 2; exit 3', { parents: ['first'] }),
    third: step('echo never', { parents: ['second'] }),
  })
  const waits = (name: string) =>
    eventually(
      async () => {
        const waiting = (await driver.list(call)).filter(({ phase }) => phase === 'created').map((seen) => seen.name)
        expect(waiting).toEqual([containerName(installationId, { executionId: id, step: name, attempt: 1 })])
      },
      { timeoutMs: 20_000, everyMs: 50 },
    )
  await waits('second')
  await waits('third')
  const run = await fixture.finished(id, 40_000)
  expect(run.steps.map(({ name, status }) => [name, status])).toEqual([
    ['first', 'Success'],
    ['second', 'Failed'],
    ['third', 'Skipped'],
  ])
  await eventually(async () => expect(await driver.list(call)).toEqual([]))
})

test('Failures have their reasons: exit code, time-out, memory, image', async () => {
  start()
  const id = await fixture.run({
    code: step('echo no >&2; exit 3'),
    slow: step('echo begun; exec sleep 60', { timeoutSeconds: 1 }),
    memory: step('exec tail /dev/zero', {
      resources: { instanceTypeId: 20, cpus: 0.5, memoryBytes: 32 * 1024 * 1024, storage: '10GB' },
    }),
    image: step('true', { image: { ...image, engineId: 'cairn/none:1' } }),
  })
  const run = await fixture.finished(id, 50_000)
  const reasons = Object.fromEntries(run.steps.map(({ name, reason }) => [name, reason]))
  expect(reasons).toEqual({
    code: 'exit code 3',
    slow: 'timed out after 1 s',
    memory: 'out of memory (limit 32 MB)',
    image: expect.stringMatching(/^the container engine: .*cairn\/none:1/),
  })
  expect(await linesOf(id, 'code')).toEqual(['no'])
  expect(await linesOf(id, 'slow')).toEqual(['begun'])
})

test('A step finds the files of its repository where it works, and nothing of the token', async () => {
  const git = await GitServer.open()
  try {
    const commit = await git.commit('code', 'release/1', { 'train.sh': 'cat data/x', 'data/x': 'data\n' })
    git.token = 'token of the code'
    await fixture.keepSecrets({ 'git-token': git.token })
    start()
    const repository = { url: git.urlOf('code'), branch: 'release/1', token: 'git-token' }
    const id = await fixture.run({
      files: step('sh train.sh; echo local > data/y; env', { repository }),
      absent: step('true', { repository: { ...repository, branch: 'nothing' } }),
    })
    const run = await fixture.finished(id, 40_000)
    const lines = await linesOf(id, 'files')
    expect(lines.slice(0, 2)).toEqual([`repository ${repository.url}, branch release/1: commit ${commit}`, 'data'])
    expect(run.byName.get('files')?.status).toBe('Success')
    expect(lines.join('\n')).not.toContain('token of the code')
    expect(run.byName.get('absent')?.reason).toContain('Remote branch nothing not found')
  } finally {
    await git.close()
  }
})

test('A step cannot write a file larger than its storage', async () => {
  start()
  const resources = { instanceTypeId: 20, cpus: 0.5, memoryBytes: 64 * 1024 * 1024, storage: '1MB' }
  const id = await fixture.run({ a: step('head -c 2000000 /dev/zero > big', { resources }) })
  const run = await fixture.finished(id, 40_000)
  expect(run.byName.get('a')).toMatchObject({ status: 'Failed', exitCode: 153 })
})

test('A step whose files take more than its storage together is ended', async () => {
  fixture.startEngine({ driver, installationId, settings: { ...defaultExecutionSettings, storageLookMs: 500 } })
  const resources = { instanceTypeId: 20, cpus: 0.5, memoryBytes: 64 * 1024 * 1024, storage: '1MB' }
  const command = 'for n in 1 2 3 4; do head -c 600000 /dev/zero > part-$n; done; exec sleep 60'
  const id = await fixture.run({ a: step(command, { resources }) })
  const run = await fixture.finished(id, 40_000)
  expect(run.byName.get('a')).toMatchObject({ status: 'Failed', reason: 'used more than its storage of 1MB' })
  await eventually(async () => expect(await driver.list(call)).toEqual([]))
})

test('A container outlives its engine process and is adopted, with its log whole', async () => {
  const first = start()
  const id = await fixture.run({ a: step('i=0; while [ $i -lt 20 ]; do echo line $i; i=$((i+1)); sleep 0.1; done') })
  await eventually(async () => expect((await linesOf(id, 'a')).length).toBeGreaterThan(3), { timeoutMs: 20_000 })
  await first.stop()
  const [container, ...others] = await driver.list(call)
  expect(others).toEqual([])
  expect(container?.phase).toBe('running')
  start()
  const run = await fixture.finished(id, 30_000)
  expect(run.byName.get('a')).toMatchObject({ status: 'Success', attempt: 1 })
  expect(await linesOf(id, 'a')).toEqual(Array.from({ length: 20 }, (_, index) => `line ${index}`))
})

test('A stop ends containers that heed SIGTERM and those that do not, keeps their logs and leaves none', async () => {
  start()
  const id = await fixture.run({
    heeding: step('trap "echo bye; exit 0" TERM; echo begun; while true; do sleep 0.1; done'),
    deaf: step('trap "" TERM; echo begun; while true; do sleep 1; done'),
    waiting: step('echo never', { parents: ['deaf'] }),
  })
  await eventually(
    async () => expect([await linesOf(id, 'heeding'), await linesOf(id, 'deaf')]).toEqual([['begun'], ['begun']]),
    { timeoutMs: 20_000 },
  )
  await fixture.stop(id, 'wrong month')
  const run = await fixture.finished(id, 40_000)
  expect(run).toMatchObject({ status: 'stopped', reason: 'stopped by a@b.c: wrong month' })
  expect(run.steps.map(({ name, status }) => [name, status])).toEqual([
    ['heeding', 'Stopped'],
    ['deaf', 'Stopped'],
    ['waiting', 'Stopped'],
  ])
  expect(await linesOf(id, 'heeding')).toEqual(['begun', 'bye'])
  expect(await linesOf(id, 'deaf')).toEqual(['begun'])
  // The container that another test's run had adopted is left to the sweep.
  await eventually(async () => expect((await driver.list(call)).filter(({ owner }) => owner.id === id)).toEqual([]))
})
