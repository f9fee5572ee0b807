import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { type Destination, listen } from './http-server.ts'

const answering = (name: string, host: string | null): Destination => ({
  matches: (given) => host === null || given === host,
  handleRequest: (_request, response) => response.end(name),
  handleUpgrade: (_request, socket) => socket.destroy(),
})

test('says that it is starting until it serves', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 })
  const url = `http://127.0.0.1:${server.port}/`
  expect((await fetch(url)).status).toBe(503)
  server.serve([answering('gateway', 'other'), answering('api', null)])
  expect(await (await fetch(url)).text()).toBe('api')
  await server.drain(1000)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('lets a request under way end before it closes', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 })
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>()
  server.serve([
    { ...answering('api', null), handleRequest: (_request, response) => arrive(() => response.end('done')) },
  ])
  const answer = fetch(`http://127.0.0.1:${server.port}/`)
  const finish = await arrived
  const drained = server.drain(10_000)
  finish()
  expect(await (await answer).text()).toBe('done')
  await drained
})

test('cuts off what takes longer than it waits', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 })
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  server.serve([{ ...answering('api', null), handleRequest: () => arrive() }])
  const answer = fetch(`http://127.0.0.1:${server.port}/`)
  answer.catch(() => undefined)
  await arrived
  await server.drain(1)
  await expect(answer).rejects.toThrow('fetch failed')
})

test('survives a client that resets its connection in the middle of an upgrade', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 })
  const { promise: closed, resolve: close } = Promise.withResolvers<unknown>()
  server.serve([
    {
      ...answering('api', null),
      handleUpgrade: (_request, socket) => {
        socket.once('close', close)
        socket.resume()
        client.resetAndDestroy()
      },
    },
  ])
  const client = connect(server.port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  // Closed by an error; without a listener of the server's own it is thrown.
  expect(await closed).toBe(true)
  expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('api')
  await server.drain(0)
})

test('refuses an address that is in use', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0 })
  await expect(listen({ host: '127.0.0.1', port: server.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
  await server.drain(0)
})
