import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

function limiterAt(start: number) {
  const clock = { at: start, now: () => clock.at }
  return { clock, limiter: createRateLimiter({ perSecond: 2, burst: 4 }, clock) }
}

test('a burst passes and the next request is told how long to wait', () => {
  const { limiter } = limiterAt(0)
  expect([1, 2, 3, 4, 5].map(() => limiter.take('a'))).toEqual([0, 0, 0, 0, 1])
})

test('a bucket fills at the steady rate and holds no more than the burst', () => {
  const { limiter, clock } = limiterAt(0)
  for (let i = 0; i < 4; i++) limiter.take('a')
  clock.at = 1000
  expect([1, 2, 3].map(() => limiter.take('a'))).toEqual([0, 0, 1])
  clock.at = 100_000
  expect([1, 2, 3, 4, 5].map(() => limiter.take('a'))).toEqual([0, 0, 0, 0, 1])
})

test('each key has a bucket of its own', () => {
  const { limiter } = limiterAt(0)
  for (let i = 0; i < 5; i++) limiter.take('a')
  expect(limiter.take('b')).toBe(0)
})

test('a clock that goes back takes nothing away', () => {
  const { limiter, clock } = limiterAt(10_000)
  limiter.take('a')
  clock.at = 0
  expect(limiter.take('a')).toBe(0)
})
