import { planOf, plannedContainerStep, plannedHttpStep } from '@cairn/testkit'
import * as fc from 'fast-check'
import type { PlannedStep, RunPlan } from '../../src/index.ts'

export const noRetry = { maxRetries: 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null }

export function httpStep(parents: readonly string[], retry: PlannedStep['retry'] = noRetry): PlannedStep {
  return plannedHttpStep({ parents, retry })
}

export function containerStep(
  parents: readonly string[],
  fields: Partial<Extract<PlannedStep, { type: 'standard' }>> = {},
): PlannedStep {
  return plannedContainerStep({ parents, ...fields })
}

/** Any directed acyclic graph of 1 to 12 steps, with up to two retries a step. */
export const randomPlan: fc.Arbitrary<RunPlan> = fc
  .array(fc.record({ parents: fc.array(fc.nat(100), { maxLength: 4 }), retries: fc.nat(2) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((shapes) =>
    planOf(
      Object.fromEntries(
        shapes.map(({ parents, retries }, index) => {
          const names = index === 0 ? [] : [...new Set(parents.map((parent) => `s${parent % index}`))]
          return [`s${index}`, httpStep(names, { ...noRetry, maxRetries: retries })]
        }),
      ),
    ),
  )
