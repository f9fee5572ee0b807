import { createClient, ServerError, UnauthorizedError } from '@cairn/sdk'
import { expect, it } from 'vitest'
import { signOut } from './session.ts'

const clientOf = (answer: () => Promise<Response>) =>
  createClient({ baseUrl: 'http://cairn.test', credentials: 'cookie', fetch: answer, retry: { retries: 0 } })
const refusal = (status: number, code: string) => () =>
  Promise.resolve(Response.json({ code, message: 'no' }, { status }))

it.each([
  ['the server ended the session', () => Promise.resolve(Response.json({ providerUrl: null }))],
  ['there is no session any more', refusal(401, 'unauthorized')],
])('is signed out when %s', async (_, answer) => {
  await expect(signOut(clientOf(answer))).resolves.toBeNull()
})

it('tells where the provider of identities ends its session', async () => {
  const answer = () => Promise.resolve(Response.json({ providerUrl: 'https://login.example.com/end' }))
  await expect(signOut(clientOf(answer))).resolves.toBe('https://login.example.com/end')
})

it.each([
  ['fails', refusal(500, 'internal'), ServerError],
  ['is away', () => Promise.reject(new TypeError('fetch failed')), Error],
])('is not signed out when the server %s', async (_, answer, kind) => {
  const failure: unknown = await signOut(clientOf(answer)).catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(kind)
  expect(failure).not.toBeInstanceOf(UnauthorizedError)
})
