import type { ServiceDetails, ServiceInstance, ServiceSummary, ServiceType } from '@cairn/contract'
import { defaultTargetConcurrency, noRequestLimits, serviceRunState, type ServiceSpec } from '@cairn/domain'
import {
  findService,
  listServiceInstances,
  listServices as list,
  type ServiceInstanceRecord,
  type ServiceRecord,
  type TokenHolder,
} from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf } from '../../paging.ts'
import { notFound } from '../../refusals.ts'

/** What the older web-app clients know. */
const webappTypes: readonly ServiceType[] = ['web-app', 'shiny']

/** The list's key depends on `featureType`: with it services are asked for, without it web apps. */
export const listServices: Operation<'listServices'> = async (context, { caller, query }) => {
  const wantsWebapps = query.featureType === undefined
  const serviceType = query.serviceType ?? (wantsWebapps ? webappTypes : undefined)
  const request = pageRequestOf(query)
  const filter = {
    ...(query.searchTerm !== undefined && { searchTerm: query.searchTerm }),
    ...(query.status !== undefined && { status: query.status }),
    ...(serviceType !== undefined && { serviceType }),
  }
  const page = await list(context.database.db, caller.tenantId, filter, request)
  const items = page.items.map((service) => summarise(context, caller, service))
  const keys = pageKeysOf(page, request)
  return wantsWebapps
    ? { webapps: items, webappsCount: page.total, ...keys }
    : { services: items, servicesCount: page.total, ...keys }
}

export const describeService: Operation<'describeService'> = async (context, { caller, params }) => {
  const service = await findService(context.database.db, caller.tenantId, params.serviceId)
  if (service === null) throw notFound('service', params.serviceId)
  const instances = await listServiceInstances(context.database.db, service.id)
  return { ...describe(context, caller, service), instances: instances.map(describeInstance) }
}

const frozenReason = 'frozen: it had no requests; the next one goes on at once'

function summarise(context: ApiContext, caller: TokenHolder, service: ServiceRecord): ServiceSummary {
  return {
    id: service.id,
    name: service.name,
    status: service.status,
    statusReason: service.statusReason ?? (service.tier === 'frozen' ? frozenReason : null),
    state: serviceRunState(service),
    serviceType: service.serviceType,
    url: context.serviceUrl(service.name, caller.tenantName),
    access: service.access,
    createdAt: service.createdAt.toISOString(),
    createdBy: service.createdBy,
    updatedAt: service.updatedAt.toISOString(),
    updatedBy: service.updatedBy,
    tags: [...service.tags],
  }
}

function describeInstance({ startedAt, readyAt, drainingSince, ...instance }: ServiceInstanceRecord): ServiceInstance {
  return {
    ...instance,
    startedAt: startedAt.toISOString(),
    readyAt: readyAt?.toISOString() ?? null,
    drainingSince: drainingSince?.toISOString() ?? null,
  }
}

function describe(context: ApiContext, caller: TokenHolder, service: ServiceRecord): Omit<ServiceDetails, 'instances'> {
  const { spec } = service
  return {
    ...summarise(context, caller, service),
    title: service.title,
    description: service.description,
    imageDetails: { imageId: spec.image.imageId, versionId: spec.image.versionId },
    ...describeSpec(spec),
    minInstances: service.minInstances,
    maxInstances: Math.max(service.minInstances, service.maxInstances ?? 1),
    targetConcurrency: service.targetConcurrency ?? defaultTargetConcurrency,
    drainSeconds: service.drainSeconds,
    limits: service.limits ?? noRequestLimits,
  }
}

/** What of a specification is told by the same fields everywhere. */
export function describeSpec(spec: ServiceSpec) {
  return {
    resources: { instanceTypeId: spec.resources.instanceTypeId },
    parameters: { env: { ...spec.env }, secrets: [...spec.secrets] },
    sessionStickiness: spec.sessionStickiness,
    scaleToZero: spec.scaleToZero,
    entrypoint: (spec.entrypoint ?? []).join('\n'),
    healthCheckURL: spec.healthCheckPath ?? '',
  }
}
