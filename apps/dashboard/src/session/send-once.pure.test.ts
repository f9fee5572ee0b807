import { expect, it, vi } from 'vitest'
import { sendOnce } from './send-once.ts'

type Answer = Response | Error

/** A `fetch` that gives these answers one after the other, and the keys that it was sent. */
function answering(...answers: readonly Answer[]) {
  const keys: (string | null)[] = []
  const send: typeof fetch = async (_input, init) => {
    keys.push(new Headers(init?.headers).get('idempotency-key'))
    const answer = answers[keys.length - 1] ?? new Error('sent too often')
    if (answer instanceof Error) throw answer
    return answer
  }
  return { keys, send: sendOnce(send) }
}

const cut = (): Error => new TypeError('Failed to fetch')
const address = 'http://127.0.0.1/x'

it('sends a write that was cut off again under the same key', async () => {
  vi.useFakeTimers()
  const { keys, send } = answering(cut(), cut(), new Response('done'))
  const answer = send(address, { method: 'POST' })
  await vi.runAllTimersAsync()
  expect(await (await answer).text()).toBe('done')
  expect(keys).toHaveLength(3)
  expect(new Set(keys).size).toBe(1)
  vi.useRealTimers()
})

it('asks on while the server still does what it was sent before, and gives up with the caller', async () => {
  vi.useFakeTimers()
  const busy = (): Response => new Response('', { status: 409, headers: { 'retry-after': '1' } })
  const { keys, send } = answering(cut(), busy(), busy(), new Response('done'))
  const answer = send(address, { method: 'POST' })
  await vi.runAllTimersAsync()
  expect(await (await answer).text()).toBe('done')
  expect(keys).toHaveLength(4)
  const leaving = new AbortController()
  const given = answering(cut(), busy(), busy()).send(address, { method: 'POST', signal: leaving.signal })
  leaving.abort(new Error('gone'))
  await expect(given).rejects.toThrow('gone')
  vi.useRealTimers()
})

it('sends nothing again that was answered, and gives each press a key of its own', async () => {
  const conflict = new Response('', { status: 409, headers: { 'retry-after': '1' } })
  const { keys, send } = answering(new Response('', { status: 503 }), conflict)
  expect((await send(address, { method: 'POST' })).status).toBe(503)
  expect((await send(address, { method: 'DELETE' })).status).toBe(409)
  expect(keys).toHaveLength(2)
  expect(keys[0]).not.toBe(keys[1])
})

it('leaves reads and other failures as they are', async () => {
  const { keys, send } = answering(cut(), new DOMException('left', 'AbortError'))
  await expect(send(address)).rejects.toThrow('Failed to fetch')
  await expect(send(address, { method: 'PUT' })).rejects.toThrow('left')
  expect(keys).toEqual([null, expect.stringMatching(/^[0-9a-f]{32}$/)])
})

it('gives up when it was cut off three times', async () => {
  vi.useFakeTimers()
  const { keys, send } = answering(cut(), cut(), cut(), new Response(''))
  const [failure] = await Promise.all([
    send(address, { method: 'POST' }).catch((error: unknown) => error),
    vi.runAllTimersAsync(),
  ])
  expect(failure).toBeInstanceOf(TypeError)
  expect(keys).toHaveLength(3)
  vi.useRealTimers()
})
