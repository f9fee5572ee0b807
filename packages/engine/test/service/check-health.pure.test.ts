import { createServer, type RequestListener } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { checkHealth } from '../../src/service/check-health.ts'

const opened: Server[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

async function listening(server: Server): Promise<number> {
  opened.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

const answering = (listener: RequestListener): Promise<number> => listening(createServer(listener))
const check = (port: number, path: string | null, signal = AbortSignal.timeout(10_000)) =>
  checkHealth({ host: '127.0.0.1', port, path, mayAsk: false }, signal)
const askAndCheck = (port: number) =>
  checkHealth({ host: '127.0.0.1', port, path: null, mayAsk: true }, AbortSignal.timeout(10_000))

describe('a health check by GET', () => {
  test.each([200, 204, 302])('passes with %i', async (status) => {
    const port = await answering((request, response) => response.writeHead(request.url === '/up' ? status : 404).end())
    expect(await check(port, '/up')).toEqual({ kind: 'healthy' })
  })

  test.each([400, 404, 503])('fails with %i and says so', async (status) => {
    const port = await answering((_request, response) => response.writeHead(status).end('no'))
    expect(await check(port, '/up')).toEqual({ kind: 'unhealthy', reason: `GET /up answered ${status}` })
  })

  test('passes as soon as the head is there, however long the body takes', async () => {
    const port = await answering((_request, response) => response.writeHead(200).flushHeaders())
    expect(await check(port, '/up')).toEqual({ kind: 'healthy' })
  })

  test('fails when nothing listens', async () => {
    const port = await listening(createTcpServer())
    await new Promise((resolve) => opened.pop()?.close(resolve))
    expect(await check(port, '/up')).toEqual({ kind: 'unhealthy', reason: 'GET /up: connection refused' })
  })

  test('fails when the pass ends first', async () => {
    const port = await answering(() => undefined)
    expect(await check(port, '/up', AbortSignal.timeout(20))).toMatchObject({ kind: 'unhealthy' })
  })
})

describe('a health check by TCP', () => {
  test('passes when the connection stays open', async () => {
    const port = await listening(createTcpServer())
    expect(await check(port, null)).toEqual({ kind: 'healthy' })
  })

  test("fails when it is closed at once, as by an engine's proxy before the app listens", async () => {
    const port = await listening(createTcpServer((socket) => socket.end()))
    expect(await check(port, null)).toMatchObject({
      kind: 'unhealthy',
      reason: expect.stringMatching(/nothing listens/),
    })
  })

  test('passes with the answer to a request that asks for nothing, whatever it is', async () => {
    const asked: string[] = []
    const port = await answering((request, response) => {
      asked.push(`${request.method} ${request.url}`)
      response.writeHead(501).end()
    })
    expect(await askAndCheck(port)).toEqual({ kind: 'healthy' })
    expect(asked).toEqual(['OPTIONS *'])
  })

  test('passes without an answer when the connection stays open', async () => {
    const port = await listening(createTcpServer((socket) => socket.resume()))
    expect(await askAndCheck(port)).toEqual({ kind: 'healthy' })
  })

  test('that asks fails when the connection is closed without an answer', async () => {
    const port = await listening(createTcpServer((socket) => socket.resume().end()))
    expect(await askAndCheck(port)).toMatchObject({ kind: 'unhealthy' })
  })
})
