/** What holding must not do, as only the engine itself can tell. */
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { WorkloadSpec } from '@cairn/driver'
import { silentLogger, testDockerHost } from '@cairn/testkit'
import { Type } from 'typebox'
import { afterAll, afterEach, expect, test } from 'vitest'
import { createEngineClient } from '../src/engine-client.ts'
import { parseEngineHost } from '../src/engine-host.ts'
import { readShape } from '../src/engine-shapes.ts'
import { createDockerDriver } from '../src/index.ts'
import { baseImage } from './open-engine.ts'

const dockerHost = testDockerHost()
const installation = `held${randomBytes(4).toString('hex')}`
const connect = () => createDockerDriver({ installation, dockerHost, logger: silentLogger })
const driver = connect()
const engine = createEngineClient(parseEngineHost(dockerHost))
const call = () => ({ signal: AbortSignal.timeout(50_000) })
const network = `cairn-${installation}-net`

const run = promisify(execFile)
const Layer = Type.Object({
  GraphDriver: Type.Object({ Data: Type.Object({ UpperDir: Type.Optional(Type.String()) }) }),
})
const Top = Type.Object({ Titles: Type.Array(Type.String()), Processes: Type.Array(Type.Array(Type.String())) })

let count = 0
const spec = (script: string, env: Readonly<Record<string, string>> = {}): WorkloadSpec => ({
  name: `cairn-${installation}-s-${++count}`,
  owner: { kind: 'step', id: 'run', tenantId: 'tenant' },
  image: baseImage,
  command: ['/bin/sh', '-c', script],
  env,
  resources: { cpus: 1, memoryBytes: 128 * 1024 * 1024, pids: 64, storageBytes: null },
  network,
  files: null,
  publishPort: null,
})
const hold = async (wanted: WorkloadSpec): Promise<void> => {
  await driver.ensureNetwork(network, call())
  expect(await driver.prepare(wanted, call())).toEqual({ kind: 'held' })
}
const signal = (name: string, which: string) =>
  engine.request({ method: 'POST', path: `/containers/${name}/kill`, query: { signal: which } }, call())

/** Of the holder's processes, as this machine numbers them. */
const pidsOf = async (name: string): Promise<number[]> => {
  const { body } = await engine.request({ method: 'GET', path: `/containers/${name}/top` }, call())
  const { Titles, Processes } = readShape(Top, body, 'list of processes')
  return Processes.map((each) => Number(each[Titles.indexOf('PID')]))
}

afterEach(async () => {
  for (const { name } of await driver.list(call())) await driver.remove(name, call())
})
afterAll(() => driver.removeNetwork(network, call()))

test('Values and command stand in no inspection and in no argument that `top` shows of the holder', async () => {
  const wanted = spec('echo the-command; exec sleep 60', { TOKEN: 'the-secret' })
  await hold(wanted)
  await driver.ensure(wanted, call())
  const inspected = await engine.request({ method: 'GET', path: `/containers/${wanted.name}/json` }, call())
  expect(JSON.stringify(inspected.body)).not.toMatch(/the-secret|the-command/)
  const top = await engine.request({ method: 'GET', path: `/containers/${wanted.name}/top` }, call())
  expect(JSON.stringify(top.body)).not.toMatch(/the-secret/)
})

test('A holder that was killed without a word counts as an attempt that nobody knows the end of', async () => {
  const wanted = spec('echo started')
  await hold(wanted)
  await signal(wanted.name, 'SIGKILL')
  const lost = { phase: 'exited', startedAt: null, exit: { code: null, reason: 'killed' } }
  for (const each of [driver, connect()]) {
    await expect.poll(() => each.observe(wanted.name, call())).toMatchObject(lost)
    expect(await each.ensure(wanted, call())).toMatchObject(lost)
    expect(await each.prepare(wanted, call())).toEqual({ kind: 'started' })
  }
})

test('A command that was killed is known to have run', async () => {
  const wanted = spec('echo started; sleep 60')
  await hold(wanted)
  await driver.ensure(wanted, call())
  await signal(wanted.name, 'SIGKILL')
  const killed = { phase: 'exited', exit: { code: 137, reason: 'killed' } }
  expect(await driver.wait(wanted.name, call())).toMatchObject(killed)
  expect(await connect().ensure(wanted, call())).toMatchObject(killed)
})

test('A holder that does not answer is told again until it does', async () => {
  const wanted = spec('echo started')
  await hold(wanted)
  const pids = await pidsOf(wanted.name)
  const filters = { container: [wanted.name], event: ['attach'] }
  const attached = await engine.stream({ method: 'GET', path: '/events', query: { filters } }, call())
  for (const pid of pids) process.kill(pid, 'SIGSTOP')
  const released = driver.ensure(wanted, call())
  // Listened to anew: the first message was given up.
  await once(attached, 'data')
  for (const pid of pids) goOn(pid)
  await released
  attached.destroy()
  expect(await driver.wait(wanted.name, call())).toMatchObject({ exit: { code: 0 } })
  const lines: string[] = []
  for await (const batch of driver.logs(wanted.name, { since: null, follow: false }, call())) {
    lines.push(...batch.map(({ text }) => text))
  }
  expect(lines).toEqual(['started'])
})

/** The end of one may end the other before it is told to go on. */
function goOn(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

test('A command that ends ends its container, also when it left others running', async () => {
  const wanted = spec('sleep 60 & echo started')
  await hold(wanted)
  await driver.ensure(wanted, call())
  expect(await driver.wait(wanted.name, call())).toMatchObject({ phase: 'exited', exit: { code: 0 } })
  await expect
    .poll(() => connect().observe(wanted.name, call()), { timeout: 20_000 })
    .toMatchObject({ phase: 'exited', exit: { code: 0 } })
})

/** A file of the container's layer may not be removed, so the engine can neither remove it nor read its log from then on. */
test('A container that the engine cannot remove is listed beside the others, and is removed once that can be', async ({
  skip,
}) => {
  const [stuck, other] = [spec('echo started > /made'), spec('echo started')]
  for (const each of [stuck, other]) {
    await hold(each)
    await driver.ensure(each, call())
    await driver.wait(each.name, call())
  }
  const { body } = await engine.request({ method: 'GET', path: `/containers/${stuck.name}/json` }, call())
  const layer = readShape(Layer, body, 'layer').GraphDriver.Data.UpperDir
  const file = join(layer ?? '', 'made')
  const isProtected = await run('chattr', ['+i', file]).then(
    () => true,
    () => false,
  )
  if (!isProtected) skip('needs root, and an engine whose files on this machine can be protected')
  try {
    await expect(driver.remove(stuck.name, call())).rejects.toThrow(/not permitted/)
    const listed = async () => (await connect().list(call())).map(({ name, phase }) => `${name} ${phase}`).toSorted()
    const ended = [stuck, other].map(({ name }) => `${name} exited`).toSorted()
    await expect.poll(listed, { timeout: 20_000 }).toEqual(ended)
  } finally {
    await run('chattr', ['-i', file])
  }
  await connect().remove(stuck.name, call())
  expect((await driver.list(call())).map(({ name }) => name)).toEqual([other.name])
})
