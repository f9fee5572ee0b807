import type { ServiceType } from '@cairn/contract'
import { withBothPrefixes } from '../execution/resolve-environment.ts'
import { secretVariables } from '../execution/secret-references.ts'
import { clashesOfSecrets } from '../execution/validate-secrets.ts'
import type { ServiceSpec } from './spec.ts'

export interface ServiceIdentity {
  readonly id: string
  readonly name: string
  readonly serviceType: ServiceType
  readonly tenant: { readonly id: string; readonly name: string }
}

/**
 * The environment of a service's container. As for steps, the user's variables stand over the injected ones, with one
 * exception: `PORT` says where Cairn sends requests, and an app that listened elsewhere would never be reached.
 *
 * @param values of the spec's secrets, by name; a secret without one is left out
 */
export function serviceEnvironment(
  identity: ServiceIdentity,
  spec: ServiceSpec,
  values: ReadonlyMap<string, string>,
): Record<string, string> {
  const prefix = identity.serviceType === 'api' ? 'API' : 'WEBAPP'
  const tenant = { TENANT_NAME: identity.tenant.name, TENANT_ID: identity.tenant.id, STAGE: 'prod' }
  return {
    ...withBothPrefixes({
      [`${prefix}_NAME`]: identity.name,
      [`${prefix}_ID`]: identity.id,
      IMAGE_NAME: spec.image.name,
      IMAGE_ID: String(spec.image.imageId),
      RUNTIME: identity.serviceType,
    }),
    ...tenant,
    CAIRN_TENANT_NAME: tenant.TENANT_NAME,
    CAIRN_TENANT_ID: tenant.TENANT_ID,
    CAIRN_STAGE: tenant.STAGE,
    ...spec.env,
    ...Object.fromEntries(spec.secrets.flatMap((name) => variablesOf(name, values.get(name)))),
    PORT: String(spec.port),
  }
}

function variablesOf(secret: string, value: string | undefined): [string, string][] {
  return value === undefined ? [] : secretVariables(secret).map((variable) => [variable, value])
}

/**
 * What is wrong with a service's secrets, apart from whether they exist: a rule for each that becomes a variable which
 * something else has.
 */
export function checkServiceSecrets(spec: Pick<ServiceSpec, 'env' | 'secrets'>): readonly string[] {
  const taken = new Map([...Object.keys(spec.env).map((name): [string, string] => [name, 'env']), ['PORT', 'Cairn']])
  return clashesOfSecrets(spec.secrets, 'standard', taken)
}
