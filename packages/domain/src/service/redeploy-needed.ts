import { isDeepStrictEqual } from 'node:util'
import type { ServiceSpec } from './spec.ts'

/** What the contract names as a reason to redeploy; title, description, tags and access are none. */
const redeployFields: Readonly<Record<string, (spec: ServiceSpec) => unknown>> = {
  imageId: (spec) => spec.image.imageId,
  versionId: (spec) => spec.image.versionId,
  instanceTypeId: (spec) => spec.resources.instanceTypeId,
  parameters: ({ env, secrets }) => ({ env, secrets }),
  healthCheckURL: (spec) => spec.healthCheckPath,
  entrypoint: (spec) => spec.entrypoint,
  scaleToZero: (spec) => spec.scaleToZero,
  sessionStickiness: (spec) => spec.sessionStickiness,
}

/** Contract names of the changed fields that ask for new instances; empty = the running ones serve the new wish. */
export function redeployFieldsChanged(before: ServiceSpec, after: ServiceSpec): readonly string[] {
  return Object.entries(redeployFields)
    .filter(([, read]) => !isDeepStrictEqual(read(before), read(after)))
    .map(([field]) => field)
}

/** Whether an update makes a new revision. */
export function redeployNeeded(before: ServiceSpec, after: ServiceSpec): boolean {
  return redeployFieldsChanged(before, after).length > 0
}
