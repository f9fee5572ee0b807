import { storedBuildStatuses } from '@cairn/contract'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildTransitions, isBuildFinished, wireBuildStatus } from '../../src/build/build-status.ts'
import { decideBuild, maxBuildAttempts } from '../../src/build/decide-build.ts'

const queued = {
  status: 'queued',
  attempts: 0,
  buildsAhead: 0,
  tenantConcurrency: 1,
  stopRequestedBy: null,
  stopReason: null,
  isDeployDue: false,
} as const

describe('A build that is claimed', () => {
  test('starts when nothing of its tenant is ahead', () => {
    expect(decideBuild(queued)).toEqual({ kind: 'start', attempt: 1, notice: null })
  })

  test('waits while as many builds of its tenant as may run are ahead', () => {
    expect(decideBuild({ ...queued, buildsAhead: 1 })).toEqual({ kind: 'wait' })
    expect(decideBuild({ ...queued, buildsAhead: 1, tenantConcurrency: 2 })).toMatchObject({ kind: 'start' })
  })

  test('starts once more, saying so, when the server died under it', () => {
    expect(decideBuild({ ...queued, status: 'running', attempts: 1 })).toEqual({
      kind: 'start',
      attempt: 2,
      notice: 'the server stopped during this build; building again (attempt 2 of 3)',
    })
  })

  test('fails when the server died under each of its attempts', () => {
    expect(decideBuild({ ...queued, status: 'running', attempts: maxBuildAttempts })).toMatchObject({
      kind: 'finish',
      status: 'failed',
      reason: expect.stringContaining('during each of 3 attempts'),
    })
  })

  test('stops when that was asked for', () => {
    const reasonOf = (stopRequestedBy: string | null, stopReason: string | null) =>
      decideBuild({ ...queued, status: 'stopping', stopRequestedBy, stopReason })
    const stopped = { kind: 'finish', status: 'stopped' }
    expect(reasonOf('ada@example.com', null)).toEqual({ ...stopped, reason: 'stopped by ada@example.com' })
    expect(reasonOf('ada@example.com', 'why')).toEqual({ ...stopped, reason: 'stopped by ada@example.com: why' })
    expect(reasonOf(null, null)).toEqual({ ...stopped, reason: 'stopped because the image version is being deleted' })
  })

  test('is followed by its redeploys when it has succeeded', () => {
    expect(decideBuild({ ...queued, status: 'success', isDeployDue: true })).toEqual({ kind: 'deploy' })
    expect(decideBuild({ ...queued, status: 'failed', isDeployDue: true })).toEqual({ kind: 'nothing' })
  })

  test.each(['success', 'failed', 'stopped'] as const)('is left alone when it is %s', (status) => {
    expect(decideBuild({ ...queued, status })).toEqual({ kind: 'nothing' })
  })

  test('ends after finitely many deaths, and only by allowed transitions', () => {
    const facts = fc.record({
      status: fc.constantFrom(...storedBuildStatuses),
      attempts: fc.nat(10),
      buildsAhead: fc.nat(3),
      tenantConcurrency: fc.integer({ min: 1, max: 3 }),
      stopRequestedBy: fc.constantFrom(null, 'ada@example.com'),
      stopReason: fc.constant(null),
      isDeployDue: fc.boolean(),
    })
    fc.assert(
      fc.property(facts, (given) => {
        const decision = decideBuild(given)
        const next = decision.kind === 'start' ? 'running' : decision.kind === 'finish' ? decision.status : given.status
        const allowed: readonly string[] = buildTransitions[given.status]
        expect(next === given.status || allowed.includes(next)).toBe(true)
        expect(decision.kind === 'start' && given.status === 'running' && decision.attempt > maxBuildAttempts).toBe(
          false,
        )
        expect(isBuildFinished(given.status)).toBe(['nothing', 'deploy'].includes(decision.kind))
      }),
    )
  })
})

test('On the wire a build that waits is being built', () => {
  expect(storedBuildStatuses.map(wireBuildStatus)).toEqual([
    'building',
    'building',
    'success',
    'failed',
    'stopping',
    'stopped',
  ])
})
