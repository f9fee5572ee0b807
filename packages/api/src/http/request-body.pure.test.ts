import { PassThrough, Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { drainBody, readBody, readJsonBody } from './request-body.ts'

const limits = { maxBytes: 10, idleMs: 5000, totalMs: 5000 }
const bodyOf = (...parts: string[]): Readable =>
  Readable.from(
    parts.map((part) => Buffer.from(part)),
    { objectMode: false },
  )

async function collect(body: Readable, used = limits): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of readBody(body, used)) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('a body within its limits is read whole', async () => {
  expect(await collect(bodyOf('hello ', 'you'))).toBe('hello you')
})

test('a body beyond its size is refused, and its rest can still be drained', async () => {
  const body = bodyOf('hello ', 'world', 'rest', 'rest')
  await expect(collect(body)).rejects.toMatchObject({ code: 'payload_too_large', status: 413 })
  expect(await drainBody(body, { ...limits, maxBytes: 100 })).toBe(true)
  expect(body.readableEnded).toBe(true)
})

test('a drain that finds too much says so', async () => {
  expect(await drainBody(bodyOf('0123456789', 'x'), limits)).toBe(false)
})

test('a body that stops coming is refused', async () => {
  const body = new PassThrough()
  body.write('{')
  await expect(readJsonBody(body, { ...limits, idleMs: 1 })).rejects.toMatchObject({ code: 'request_timeout' })
  body.destroy()
})

test('a body that trickles on and on is refused', async () => {
  const body = new PassThrough()
  const timer = setInterval(() => body.write('x'), 1)
  await expect(collect(body, { maxBytes: 1e9, idleMs: 5000, totalMs: 20 })).rejects.toMatchObject({
    code: 'request_timeout',
  })
  clearInterval(timer)
  body.destroy()
})

test('an absent JSON body counts as an empty object', async () => {
  expect(await readJsonBody(bodyOf(), limits)).toEqual({})
  expect(await readJsonBody(bodyOf(' \n'), limits)).toEqual({})
})

test('a body that is no UTF-8 is refused, and a byte order mark is skipped', async () => {
  const latin1 = Readable.from([Buffer.from('{"a":"\xe9"}', 'latin1')], { objectMode: false })
  await expect(readJsonBody(latin1, limits)).rejects.toMatchObject({
    code: 'invalid_request',
    message: 'the body must be UTF-8',
  })
  expect(await readJsonBody(bodyOf('\uFEFF{}'), limits)).toEqual({})
})

test('a body that is no JSON is refused', async () => {
  await expect(readJsonBody(bodyOf('{nope'), limits)).rejects.toMatchObject({ code: 'invalid_request' })
})
