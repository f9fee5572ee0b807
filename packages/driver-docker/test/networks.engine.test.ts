/** Two networks of one name, as two servers make them at the same moment. */
import { randomBytes } from 'node:crypto'
import { labelNames, type WorkloadSpec } from '@cairn/driver'
import { silentLogger, testDockerHost } from '@cairn/testkit'
import { afterEach, expect, test } from 'vitest'
import { createEngineClient } from '../src/engine-client.ts'
import { parseEngineHost } from '../src/engine-host.ts'
import { NetworkList, readShape } from '../src/engine-shapes.ts'
import { createDockerDriver } from '../src/index.ts'
import { baseImage } from './open-engine.ts'

const dockerHost = testDockerHost()
const installation = `nets${randomBytes(4).toString('hex')}`
const connect = () => createDockerDriver({ installation, dockerHost, logger: silentLogger })
const driver = connect()
const engine = createEngineClient(parseEngineHost(dockerHost))
const call = () => ({ signal: AbortSignal.timeout(50_000) })
const network = `cairn-${installation}-net`

let count = 0
const spec = (): WorkloadSpec => ({
  name: `cairn-${installation}-s-${++count}`,
  owner: { kind: 'step', id: 'run', tenantId: 'tenant' },
  image: baseImage,
  command: ['/bin/sh', '-c', 'exit 0'],
  env: {},
  resources: { cpus: 1, memoryBytes: 128 * 1024 * 1024, pids: 64, storageBytes: null },
  network,
  files: null,
  publishPort: null,
})

/** The engine allows it when the caller does not ask it to look for a double. */
const makeDouble = () =>
  engine.request(
    {
      method: 'POST',
      path: '/networks/create',
      body: { Name: network, Driver: 'bridge', Labels: { [labelNames.installation]: installation } },
    },
    call(),
  )
const networksOfName = async () => {
  const request = { method: 'GET', path: '/networks', query: { filters: { name: [network] } } } as const
  return readShape(NetworkList, (await engine.request(request, call())).body, 'network list')
}

afterEach(async () => {
  for (const { name } of await driver.list(call())) await driver.remove(name, call())
  await driver.removeNetwork(network, call())
})

test('A workload starts while another server has just made a second network of the name', async () => {
  await driver.ensureNetwork(network, call())
  await makeDouble()
  const { name } = await driver.ensure(spec(), call())
  expect(await driver.wait(name, call())).toMatchObject({ exit: { code: 0 } })
  expect(await driver.prepare(spec(), call())).toEqual({ kind: 'held' })
})

test('A driver that has not made the network starts workloads on it', async () => {
  await driver.ensureNetwork(network, call())
  await makeDouble()
  const { name } = await connect().ensure(spec(), call())
  expect(await driver.wait(name, call())).toMatchObject({ exit: { code: 0 } })
})

test('Of two networks the older stays, whoever asks for it next', async () => {
  await driver.ensureNetwork(network, call())
  const [older] = await networksOfName()
  await makeDouble()
  await connect().ensureNetwork(network, call())
  expect((await networksOfName()).map(({ Id }) => Id)).toEqual([older?.Id])
})

test('A network that was removed and made again is found by a driver that knew the first', async () => {
  await driver.ensureNetwork(network, call())
  await connect().removeNetwork(network, call())
  await expect(driver.ensure(spec(), call())).rejects.toMatchObject({ code: 'unknown', retryable: true })
  await connect().ensureNetwork(network, call())
  const { name } = await driver.ensure(spec(), call())
  expect(await driver.wait(name, call())).toMatchObject({ exit: { code: 0 } })
})

test('The removal of a network removes all of its name', async () => {
  await driver.ensureNetwork(network, call())
  await makeDouble()
  await driver.removeNetwork(network, call())
  expect(await networksOfName()).toEqual([])
})
