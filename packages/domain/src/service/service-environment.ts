import type { ServiceType } from '@cairn/contract'
import { withBothPrefixes } from '../execution/resolve-environment.ts'
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
 */
export function serviceEnvironment(identity: ServiceIdentity, spec: ServiceSpec): Record<string, string> {
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
    PORT: String(spec.port),
  }
}
