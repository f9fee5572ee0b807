import { randomBytes } from 'node:crypto'
import { get } from 'node:http'
import { defaultScaleSettings, networkName, noCrashPoints, type ServiceSpec } from '@cairn/domain'
import { createDockerDriver } from '@cairn/driver-docker'
import {
  enqueueWork,
  ensureTenant,
  type Hints,
  insertService,
  lockService,
  markServiceDeleting,
  readServiceRoutes,
  readServiceState,
} from '@cairn/store'
import { createTestDatabase, eventually, openTestCipher, silentLogger, testDockerHost } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { startReconcileLoop } from '../../src/reconcile/start-reconcile-loop.ts'
import { checkHealth } from '../../src/service/check-health.ts'
import { createServiceReconciler } from '../../src/service/reconcile-service.ts'
import { aSpec } from './service-rig.ts'

const installationId = randomBytes(4).toString('hex')
const call = { signal: new AbortController().signal }
const driver = createDockerDriver({ installation: installationId, dockerHost: testDockerHost(), logger: silentLogger })
const { database, drop } = await createTestDatabase({ maxConnections: 10 })
const tenantId = await database.transaction((tx) => ensureTenant(tx, 'default'))
const secretCipher = await openTestCipher(database)
const hints: Hints = { notify: () => undefined, subscribe: () => () => undefined, close: () => Promise.resolve() }

/** As a server does: the loop and the passes. Answers the way to stop them. */
function startServer(): () => Promise<void> {
  const clock = { now: () => Date.now() }
  const options = { database, hints, driver, installationId, logger: silentLogger, clock }
  const services = createServiceReconciler({
    ...options,
    secretCipher,
    checkHealth,
    crashPoints: noCrashPoints,
    scaling: defaultScaleSettings,
  })
  const loop = startReconcileLoop({ ...options, reconcilers: [services], times: { pollMs: 100 } })
  return async () => {
    await loop.stop()
    await services.stop()
  }
}

let stop = startServer()
afterAll(async () => {
  await stop()
  for (const seen of await driver.list(call)) await driver.remove(seen.name, call)
  await driver.removeNetwork(networkName(installationId, tenantId), call)
  await drop()
})

/** An HTTP server in what the base image has; it begins to listen late. */
const server = `
  use IO::Socket::INET; $| = 1; sleep 1;
  my $listener = IO::Socket::INET->new(LocalPort => $ENV{PORT}, Listen => 5, ReuseAddr => 1) or die;
  print "listening\\n";
  while (my $client = $listener->accept) {
    while (my $line = <$client>) { last if $line =~ /^\\r?\\n$/ }
    my $body = "hello from $ENV{CAIRN_API_NAME}";
    print $client "HTTP/1.1 200 OK\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body";
    close $client;
  }`

function perl(program: string, change: Partial<ServiceSpec> = {}): ServiceSpec {
  const image = { ...aSpec().image, engineId: 'debian:bookworm-slim' }
  return aSpec({ image, entrypoint: ['perl', '-e', program], healthCheckPath: null, ...change })
}

async function create(spec: ServiceSpec): Promise<string> {
  return database.transaction(async (tx) => {
    const facts = { tenantId, name: `s-${randomBytes(4).toString('hex')}`, serviceType: 'api' as const }
    const rest = {
      title: null,
      description: null,
      access: 'public' as const,
      tags: [],
      minInstances: 1,
      createdBy: 'me',
    }
    const id = await insertService(tx, { ...facts, ...rest, spec })
    if (id === null) throw new Error('the name is taken')
    await enqueueWork(tx, { kind: 'service', key: id })
    return id
  })
}

const stateOf = async (id: string) => (await readServiceState(database.db, id))?.state ?? null
const routeOf = async (id: string) =>
  (await readServiceRoutes(database.db)).find((route) => route.serviceId === id) ?? null
const containersOf = async (id: string) => (await driver.list(call)).filter((seen) => seen.owner.id === id)
const within = { timeoutMs: 30_000, everyMs: 50 }

async function served(id: string): Promise<{ host: string; port: number; name: string }> {
  return eventually(async () => {
    const instance = (await routeOf(id))?.instances[0]
    if (instance === undefined) throw new Error(`not served: ${JSON.stringify(await stateOf(id))}`)
    return instance
  }, within)
}

function ask(address: { host: string; port: number }): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = get({ host: address.host, port: address.port, agent: false }, (response) => {
      response.setEncoding('utf8').on('data', resolve)
    })
    request.on('error', reject)
  })
}

test('a service without a health check path is routed only once its app listens', async () => {
  const id = await create(perl(server))
  const instance = await served(id)
  expect(await ask(instance)).toMatch(/^hello from s-/)
  expect(await stateOf(id)).toMatchObject({ status: 'AVAILABLE', statusReason: null })
})

test('a service whose app exits fails with the exit code and its last words, and leaves no container', async () => {
  const id = await create(perl('print "starting\\n"; print STDERR "no model found\\n"; exit 3'))
  await eventually(async () => expect(await stateOf(id)).toMatchObject({ status: 'CREATE_FAILED' }), within)
  expect(await stateOf(id)).toMatchObject({
    statusReason: expect.stringMatching(/exited with code 3\nlast log lines:\n {2}/),
  })
  await eventually(async () => expect(await containersOf(id)).toEqual([]), within)
})

test('a service whose image is gone fails and says so', async () => {
  const image = { ...aSpec().image, engineId: 'cairn/none:1' }
  const id = await create(perl(server, { image }))
  await eventually(async () => expect(await stateOf(id)).toMatchObject({ status: 'CREATE_FAILED' }), within)
  expect((await stateOf(id))?.statusReason).toMatch(/cairn\/none:1/)
})

test('a running instance is adopted by the next server, replaced when it is killed, and removed with its service', async () => {
  const id = await create(perl(server))
  const first = await served(id)
  const [before] = await containersOf(id)
  await stop()
  stop = startServer()
  await eventually(async () => {
    const due = await database.db.selectFrom('work').select('available_at').where('key', '=', id).executeTakeFirst()
    expect(due?.available_at.getTime()).toBeGreaterThan(Date.now() + 5_000)
  }, within)
  expect((await containersOf(id))[0]?.startedAt).toEqual(before?.startedAt)
  expect(await served(id)).toEqual(first)

  await driver.stop(first.name, 0, call)
  await eventually(async () => expect((await served(id)).name).not.toBe(first.name), within)
  expect(await ask(await served(id))).toMatch(/^hello/)

  await database.transaction(async (tx) => {
    await lockService(tx, tenantId, id)
    await markServiceDeleting(tx, id, 'me')
    await enqueueWork(tx, { kind: 'service', key: id })
  })
  await eventually(async () => expect(await stateOf(id)).toBeNull(), within)
  expect(await containersOf(id)).toEqual([])
}, 90_000)
