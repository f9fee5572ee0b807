import { noRequestLimits } from '@cairn/domain'
import { describe, expect, test } from 'vitest'
import { type Bucket, overdue, refuseBody, refuseCrowd, takeToken } from '../src/limits/limit-rules.ts'
import { aRoute } from './gateway-rig.ts'

const limited = (limits: Partial<typeof noRequestLimits>) => aRoute({ limits: { ...noRequestLimits, ...limits } })

describe('limits of a service', () => {
  test('take a body up to the limit, none at a limit of 0, and any without one', () => {
    expect(refuseBody(limited({ maxBodyBytes: 10 }), 10)).toBeNull()
    expect(refuseBody(limited({ maxBodyBytes: 10 }), 11)).toMatchObject({
      status: 413,
      message: 'service "app" takes bodies of at most 10 bytes (limits.maxBodyBytes)',
    })
    expect(refuseBody(limited({ maxBodyBytes: 0 }), 0)).toBeNull()
    expect(refuseBody(limited({ maxBodyBytes: 0 }), 1)?.status).toBe(413)
    for (const route of [aRoute(), limited({})]) expect(refuseBody(route, 1e15)).toBeNull()
  })

  test('let as many requests be open as they say', () => {
    const route = limited({ maxConcurrentRequests: 2 })
    expect(refuseCrowd(route, 1)).toBeNull()
    expect(refuseCrowd(route, 2)).toMatchObject({ status: 503, retryAfterSeconds: 1 })
    expect(refuseCrowd(limited({}), 1_000_000)).toBeNull()
  })

  test('hold the tokens of a second, which come back evenly', () => {
    let bucket: Bucket | null = null
    const taken = (now: number): boolean => {
      const left = takeToken(bucket, 4, now)
      bucket = left ?? bucket
      return left !== null
    }
    expect([0, 0, 0, 0, 0].map(taken)).toEqual([true, true, true, true, false])
    expect([249, 250, 250, 499, 500].map(taken)).toEqual([false, true, false, false, true])
    expect([60_000, 60_000, 60_000, 60_000, 60_000].map(taken)).toEqual([true, true, true, true, false])
  })

  test('a clock that goes back gives no tokens and takes none', () => {
    const first = takeToken(null, 2, 10_000)
    expect(first).toEqual({ tokens: 1, at: 10_000 })
    expect(takeToken(first, 2, 5_000)).toEqual({ tokens: 0, at: 5_000 })
  })

  test('give an answer its time to begin, then the time in which it may stand still', () => {
    const route = limited({ responseStartTimeoutSeconds: 2, idleTimeoutSeconds: 5 })
    const at = (hasAnswered: boolean, now: number) => overdue(route, { hasAnswered, movedAt: 0 }, now, 300_000)
    expect(at(false, 2_000)).toBeNull()
    expect(at(false, 2_001)).toMatchObject({
      kind: 'unanswered',
      refusal: {
        status: 504,
        message: 'service "app" did not begin to answer within 2 s (limits.responseStartTimeoutSeconds)',
      },
    })
    expect(at(true, 5_000)).toBeNull()
    expect(at(true, 5_001)).toEqual({ kind: 'idle', afterMs: 5_000 })
  })

  test('without limits of its own, answers begin in the time of the gateway and stand still for ever', () => {
    const at = (hasAnswered: boolean, now: number) => overdue(aRoute(), { hasAnswered, movedAt: 0 }, now, 300_000)
    expect([at(false, 300_000), at(true, 1e12)]).toEqual([null, null])
    expect(at(false, 300_001)?.kind).toBe('unanswered')
  })
})
