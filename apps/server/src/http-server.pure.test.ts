import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { type Destination, listen } from './http-server.ts'

const answering = (name: string, host: string | null): Destination => ({
  matches: (given) => host === null || given === host,
  handleRequest: (_request, response) => response.end(name),
  handleUpgrade: (_request, socket) => socket.destroy(),
})

test('says that it is starting until it serves', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  const url = `http://127.0.0.1:${server.port}/`
  expect((await fetch(url)).status).toBe(503)
  server.serve([answering('gateway', 'other'), answering('api', null)], null)
  expect(await (await fetch(url)).text()).toBe('api')
  await server.drain(1000)
  await expect(fetch(url)).rejects.toThrow('fetch failed')
})

test('lets a request under way end before it closes', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<() => void>()
  server.serve(
    [{ ...answering('api', null), handleRequest: (_request, response) => arrive(() => response.end('done')) }],
    null,
  )
  const answer = fetch(`http://127.0.0.1:${server.port}/`)
  const finish = await arrived
  const drained = server.drain(10_000)
  finish()
  expect(await (await answer).text()).toBe('done')
  await drained
})

test('cuts off what takes longer than it waits', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  server.serve([{ ...answering('api', null), handleRequest: () => arrive() }], null)
  const answer = fetch(`http://127.0.0.1:${server.port}/`)
  answer.catch(() => undefined)
  await arrived
  await server.drain(1)
  await expect(answer).rejects.toThrow('fetch failed')
})

test('survives a client that resets its connection in the middle of an upgrade', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  const { promise: closed, resolve: close } = Promise.withResolvers<unknown>()
  server.serve(
    [
      {
        ...answering('api', null),
        handleUpgrade: (_request, socket) => {
          socket.once('close', close)
          socket.resume()
          client.resetAndDestroy()
        },
      },
    ],
    null,
  )
  const client = connect(server.port, '127.0.0.1')
  client.write('GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  // Closed by an error; without a listener of the server's own it is thrown.
  expect(await closed).toBe(true)
  expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('api')
  await server.drain(0)
})

test('refuses an address that is in use', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  await expect(
    listen({ host: '127.0.0.1', port: server.port, tls: null, domainCertificates: null }),
  ).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
  await server.drain(0)
})

test('a header of 1 GB is refused at its first kilobytes', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null })
  let handled = 0
  server.serve([{ ...answering('api', null), handleRequest: () => (handled += 1) }], null)
  const client = connect(server.port, '127.0.0.1')
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  let answer = ''
  client.on('data', (bytes: Buffer) => (answer += bytes.toString('latin1')))
  client.on('error', () => undefined).once('close', () => close())
  client.write('GET / HTTP/1.1\r\nhost: x\r\nx-long: ')
  const megabyte = Buffer.alloc(1024 * 1024, 'a')
  let sent = 0
  const pump = (): void => {
    while (!client.destroyed && sent < 1024 && client.write(megabyte)) sent += 1
    sent += 1
  }
  client.on('drain', pump)
  pump()
  await closed
  expect(handled).toBe(0)
  expect(sent).toBeLessThan(64)
  expect(answer).toMatch(/^(?:HTTP\/1\.1 431 |$)/)
  await server.drain(0)
})

test('slow loris: a head whose bytes trickle for too long ends the connection', async () => {
  const server = await listen({ host: '127.0.0.1', port: 0, tls: null, domainCertificates: null, headersTimeout: 50 })
  let handled = 0
  server.serve([{ ...answering('api', null), handleRequest: () => (handled += 1) }], null)
  const client = connect(server.port, '127.0.0.1')
  const { promise: closed, resolve: close } = Promise.withResolvers<void>()
  client.on('error', () => undefined).once('close', () => close())
  client.resume()
  client.write('GET / HTTP/1.1\r\nhost: x\r\n')
  const trickle = setInterval(() => client.write('x'), 10)
  await closed
  clearInterval(trickle)
  expect(handled).toBe(0)
  await server.drain(0)
})
