import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ServiceCall } from '@cairn/domain'
import { createServiceCaller } from '../src/index.ts'
import { aRoute, GatewayRig, readAll } from './gateway-rig.ts'

let rig: GatewayRig
let caller: ReturnType<typeof createServiceCaller>
beforeEach(async () => {
  rig = await new GatewayRig().open()
  caller = createServiceCaller({ routes: rig.routes, domain: 'localhost:7420', timeoutMs: 500 })
})
afterEach(async () => {
  await caller.close()
  await rig.close()
})

const aCall = (change: Partial<ServiceCall> = {}): ServiceCall => ({
  tenantId: 't-1',
  serviceId: 'id-app',
  method: 'GET',
  path: '/',
  headers: {},
  body: null,
  ...change,
})
const call = (change: Partial<ServiceCall> = {}) => caller.call(aCall(change), { signal: AbortSignal.timeout(5_000) })

test('a call reaches the instance under the host of the service', async () => {
  await rig.serve(
    async (request, response) =>
      response
        .writeHead(201)
        .end(JSON.stringify([request.method, request.url, request.headers.host, (await readAll(request)).toString()])),
    { access: 'private' },
  )
  const reply = await call({ method: 'POST', path: '/predict?x=1', body: '{"a":1}' })
  expect(reply).toMatchObject({ kind: 'answered', status: 201 })
  expect(JSON.parse(Buffer.from(reply.kind === 'answered' ? reply.body : []).toString())).toEqual([
    'POST',
    '/predict?x=1',
    'app.localhost:7420',
    '{"a":1}',
  ])
})

test('an instance that the table does not know yet is looked up', async () => {
  const { instance } = await rig.app((_request, response) => response.end('x'))
  rig.source.routes = [aRoute({ instances: [instance] })]
  expect(await call()).toMatchObject({ kind: 'answered', status: 200 })
})

test('a service of another tenant, and one without an instance, is unavailable with the reason', async () => {
  await rig.setRoutes(aRoute({ status: 'CREATE_FAILED', statusReason: 'exit code 1' }))
  expect(await call({ tenantId: 't-2' })).toEqual({ kind: 'unavailable', reason: 'the service does not exist' })
  expect(await call()).toMatchObject({
    kind: 'unavailable',
    reason: expect.stringMatching(/CREATE_FAILED: exit code 1/),
  })
})

test.each(['http://169.254.169.254/', 'x', '', '/a b', '/a\r\nX: y', '/ü'])('the path %j is refused', async (path) => {
  await rig.serve((_request, response) => response.end('x'))
  expect(await call({ path })).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/^the path must/) })
})

test('a path that looks like a host stays a path', async () => {
  await rig.serve((request, response) => response.end(request.url))
  const reply = await call({ path: '//evil.example/x' })
  expect(Buffer.from(reply.kind === 'answered' ? reply.body : []).toString()).toBe('//evil.example/x')
})

test('redirects are answered, not followed', async () => {
  await rig.serve((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
  expect(await call()).toMatchObject({ kind: 'answered', status: 302 })
})

test('an answer of more than 1 MiB is not taken', async () => {
  await rig.serve((_request, response) => response.end(Buffer.alloc(1024 ** 2 + 1)))
  expect(await call()).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/larger than 1 MiB/) })
  await rig.serve((_request, response) => response.end(Buffer.alloc(1024 ** 2)))
  expect(await call()).toMatchObject({ kind: 'answered' })
})

test('an answer that takes too long, or never comes, is unavailable with the reason', async () => {
  await rig.serve((_request, response) => void response.writeHead(200).write('x'))
  expect(await call()).toEqual({ kind: 'unavailable', reason: 'the service did not answer within 0.5 s' })
  await rig.serve((request) => request.socket.destroy())
  expect(await call()).toMatchObject({ kind: 'unavailable', reason: expect.stringMatching(/closed the connection/) })
})

test("the caller's signal ends the call", async () => {
  await rig.serve(() => undefined)
  const signal = AbortSignal.timeout(20)
  await expect(caller.call(aCall(), { signal })).rejects.toMatchObject({ name: 'TimeoutError' })
})
