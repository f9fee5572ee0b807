import * as fc from 'fast-check'
import type { PlannedStep, RunPlan } from '../../src/index.ts'

export const noRetry = { maxRetries: 0, delaySeconds: 0, exponentialBackoff: false, exitCodes: null }

export function httpStep(parents: readonly string[], retry: PlannedStep['retry'] = noRetry): PlannedStep {
  return {
    type: 'http',
    method: 'get',
    url: 'http://x/',
    headers: {},
    payload: null,
    parents,
    env: {},
    inherit: {},
    outputParameters: {},
    retry,
    timeoutSeconds: null,
  }
}

export function containerStep(
  parents: readonly string[],
  fields: Partial<Extract<PlannedStep, { type: 'standard' }>> = {},
): PlannedStep {
  return {
    type: 'standard',
    command: 'true',
    image: { imageId: 1, versionId: 2, name: 'image', version: '0.0.1', engineId: 'sha256:0' },
    resources: { instanceTypeId: 21, cpus: 0.25, memoryBytes: 1024, storage: '10GB' },
    parents,
    env: {},
    inherit: {},
    outputParameters: {},
    retry: noRetry,
    timeoutSeconds: null,
    ...fields,
  }
}

/** Any directed acyclic graph of 1 to 12 steps, with up to two retries a step. */
export const randomPlan: fc.Arbitrary<RunPlan> = fc
  .array(fc.record({ parents: fc.array(fc.nat(100), { maxLength: 4 }), retries: fc.nat(2) }), {
    minLength: 1,
    maxLength: 12,
  })
  .map((shapes) => ({
    workflowName: 'w',
    steps: Object.fromEntries(
      shapes.map(({ parents, retries }, index) => {
        const names = index === 0 ? [] : [...new Set(parents.map((parent) => `s${parent % index}`))]
        return [`s${index}`, httpStep(names, { ...noRetry, maxRetries: retries })]
      }),
    ),
  }))
