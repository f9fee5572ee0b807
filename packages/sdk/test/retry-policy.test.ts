import { describe, expect, it } from 'vitest'
import {
  type Trouble,
  defaultRetryPolicy,
  mayHaveBeenSent,
  readRetryAfter,
  retryDelayMs,
} from '../src/transport/retry-policy.ts'

const answer = (status: number, retryAfterSeconds: number | null = null): Trouble => ({
  kind: 'answer',
  status,
  retryAfterSeconds,
})
const cut: Trouble = { kind: 'connection', sent: true }
const refused: Trouble = { kind: 'connection', sent: false }

describe('when a call is repeated', () => {
  it.each<[string, Trouble, boolean, number | null]>([
    ['a read that was cut off', cut, true, 250],
    ['a read of a server that is away', refused, true, 250],
    ['a read answered 503', answer(503), true, 250],
    ['a read answered 429 with a wait', answer(429, 2), true, 2000],
    ['a read answered 429 with a shorter wait than ours', answer(429, 0), true, 250],
    ['a read answered 500', answer(500), true, null],
    ['a read answered 404', answer(404), true, null],
    ['a write of which nothing was sent', refused, false, 250],
    ['a write that was cut off', cut, false, null],
    ['a write answered 503', answer(503), false, null],
    ['a write answered 429', answer(429, 1), false, null],
  ])('%s', (_what, trouble, reads, expected) => {
    expect(retryDelayMs(defaultRetryPolicy, trouble, { reads, attempt: 1, random: 0 })).toBe(expected)
  })

  it('waits twice as long each time, up to a bound, and gives up after the last retry', () => {
    const policy = { retries: 4, baseDelayMs: 100, maxDelayMs: 300 }
    const delays = [1, 2, 3, 4, 5].map((attempt) => retryDelayMs(policy, cut, { reads: true, attempt, random: 0 }))
    expect(delays).toEqual([100, 200, 300, 300, null])
  })

  it('spreads the waits of many clients', () => {
    expect(retryDelayMs(defaultRetryPolicy, cut, { reads: true, attempt: 1, random: 1 })).toBe(187.5)
  })
})

describe('what Retry-After says', () => {
  it.each([
    [null, null],
    ['', null],
    ['7', 7],
    ['-1', 0],
    ['soon', null],
    ['Thu, 01 Jan 1970 00:00:10 GMT', 9],
  ])('%s', (header, expected) => {
    expect(readRetryAfter(header, 1000)).toBe(expected)
  })
})

describe('what an error says of the request', () => {
  const withCode = (code: string): Error => Object.assign(new Error(code), { code })

  it.each([
    ['a refused connection', new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') }), false],
    ['an unknown host', new TypeError('fetch failed', { cause: withCode('ENOTFOUND') }), false],
    [
      'every address refused',
      new TypeError('x', { cause: new AggregateError([withCode('ECONNREFUSED'), withCode('ENETUNREACH')]) }),
      false,
    ],
    [
      'one address cut off',
      new TypeError('x', { cause: new AggregateError([withCode('ECONNREFUSED'), withCode('ECONNRESET')]) }),
      true,
    ],
    ['a reset connection', new TypeError('fetch failed', { cause: withCode('ECONNRESET') }), true],
    ['a browser, which says nothing', new TypeError('Failed to fetch'), true],
    ['something that is no error', 'x', true],
  ])('%s', (_what, error, expected) => {
    expect(mayHaveBeenSent(error)).toBe(expected)
  })
})
