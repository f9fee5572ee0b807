import type { ServiceBody, UpdateServiceBody } from '@cairn/contract'
import {
  checkServiceSecrets,
  chooseServicePort,
  defaultServiceInstanceTypeId,
  findInstanceType,
  imageMisfit,
  instanceTooLarge,
  oversize,
  type MachineSize,
  parseEntrypoint,
  type ServiceSpec,
} from '@cairn/domain'
import type { ServiceType } from '@cairn/contract'
import { type Db, readVersionsToRun, resolveImage, selectKnownSecrets, type VersionToRun } from '@cairn/store'
import { refusedField } from '../../refusals.ts'

type SpecFields = Pick<
  UpdateServiceBody,
  'imageDetails' | 'resources' | 'parameters' | 'sessionStickiness' | 'scaleToZero' | 'entrypoint' | 'healthCheckURL'
>

/** Refuses what a body asks for and no service of this type, or none of this version, can do. */
export function checkServiceFields(body: SpecFields, serviceType: ServiceType): void {
  for (const [name, value] of Object.entries(body.parameters?.env ?? {})) {
    const rule = oversize(value)
    if (rule !== null) throw refusedField('invalid_request', `parameters.env.${name}`, rule)
  }
  if (body.sessionStickiness === true && serviceType === 'api') {
    throw refusedField('invalid_request', 'sessionStickiness', 'is not for services of type "api"')
  }
}

export interface SpecContext {
  readonly db: Db
  readonly tenantId: string
  readonly serviceType: ServiceType
  readonly machine: MachineSize | null
}

/** The specification of a new service. */
export async function specOf(context: SpecContext, body: ServiceBody): Promise<ServiceSpec> {
  const { image, port } = await resolveServiceImage(context, body.imageDetails)
  return {
    image,
    port,
    resources: resolveServiceResources(context, body.resources?.instanceTypeId ?? defaultServiceInstanceTypeId),
    ...(await resolveParameters(context, { env: {}, secrets: [] }, body.parameters)),
    entrypoint: parseEntrypoint(body.entrypoint),
    healthCheckPath: body.healthCheckURL || null,
    sessionStickiness: body.sessionStickiness ?? false,
    scaleToZero: body.scaleToZero ?? false,
  }
}

/** What the body does not mention stays as it was. */
export async function changedSpec(
  context: SpecContext,
  before: ServiceSpec,
  body: UpdateServiceBody,
): Promise<ServiceSpec> {
  const { imageDetails, resources } = body
  return {
    ...before,
    ...(imageDetails !== undefined && (await resolveServiceImage(context, imageDetails))),
    ...(resources !== undefined && { resources: resolveServiceResources(context, resources.instanceTypeId) }),
    ...(body.parameters !== undefined && (await resolveParameters(context, before, body.parameters))),
    ...(body.entrypoint !== undefined && { entrypoint: parseEntrypoint(body.entrypoint) }),
    ...(body.healthCheckURL !== undefined && { healthCheckPath: body.healthCheckURL || null }),
    ...(body.sessionStickiness !== undefined && { sessionStickiness: body.sessionStickiness }),
    ...(body.scaleToZero !== undefined && { scaleToZero: body.scaleToZero }),
  }
}

/** What the body does not mention stays as it was. */
async function resolveParameters(
  context: SpecContext,
  before: Pick<ServiceSpec, 'env' | 'secrets'>,
  parameters: UpdateServiceBody['parameters'],
): Promise<Pick<ServiceSpec, 'env' | 'secrets'>> {
  const env = parameters?.env ?? before.env
  const secrets = [...new Set(parameters?.secrets ?? before.secrets)]
  const [clash] = checkServiceSecrets({ env, secrets })
  if (clash !== undefined) throw refusedField('invalid_request', 'parameters.secrets', clash)
  const missing = await findMissingSecret(context, secrets)
  if (missing === null) return { env, secrets }
  const rule = `secret "${missing}" does not exist; GET /secrets/api/v1/secrets lists them`
  throw refusedField('unknown_reference', `parameters.secrets.${secrets.indexOf(missing)}`, rule)
}

/** The first that the tenant has no secret of; null = none. In a transaction the others stay until its end. */
export async function findMissingSecret(
  { db, tenantId }: Pick<SpecContext, 'db' | 'tenantId'>,
  names: readonly string[],
): Promise<string | null> {
  const known = await selectKnownSecrets(db, tenantId, { names, variables: [] })
  return names.find((name) => !known.has(name)) ?? null
}

export async function resolveServiceImage(
  context: SpecContext,
  { imageId, versionId }: ServiceBody['imageDetails'],
): Promise<Pick<ServiceSpec, 'image' | 'port'>> {
  const versions = await readVersionsToRun(context.db, context.tenantId, [imageId])
  const resolved = resolveImage({ imageId, imageVersionId: versionId ?? null }, versions, 'start')
  if (resolved.kind === 'refused') throw refusedField('unknown_reference', 'imageDetails', resolved.rule)
  const imageType = versions.find((version) => version.versionId === resolved.value.versionId)?.imageType ?? 'workflow'
  const misfit = imageMisfit(imageType, context.serviceType)
  if (misfit !== null) {
    throw refusedField(
      'invalid_request',
      'imageDetails.imageId',
      `image ${imageId} ("${resolved.value.name}") ${misfit}`,
    )
  }
  return { image: resolved.value, port: portOf(resolved.value.versionId, versions) }
}

function portOf(versionId: number, versions: readonly VersionToRun[]): number {
  return chooseServicePort(versions.find((version) => version.versionId === versionId)?.exposedPorts ?? [])
}

export function resolveServiceResources(context: SpecContext, instanceTypeId: number): ServiceSpec['resources'] {
  const entityType = context.serviceType === 'api' ? 'api-deployment' : 'webapp'
  const type = findInstanceType(entityType, instanceTypeId)
  const field = 'resources.instanceTypeId'
  if (type === null) {
    const list = `GET /quota/api/v1/settings/tenant-instance-options?entityType=${entityType} lists them`
    throw refusedField('unknown_reference', field, `instance type ${instanceTypeId} does not exist; ${list}`)
  }
  const tooLarge = context.machine === null ? null : instanceTooLarge(type, context.machine)
  if (tooLarge !== null) throw refusedField('unknown_reference', field, tooLarge)
  return { instanceTypeId, cpus: type.cpus, memoryBytes: type.memoryBytes }
}
