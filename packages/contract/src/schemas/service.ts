import { type Static, Type } from 'typebox'
import { serviceRunStates, serviceStatuses, serviceTypes } from '../statuses.ts'
import {
  Description,
  NumericId,
  SecretNames,
  StringMap,
  Tag,
  Text,
  Timestamp,
  Uuid,
  filterOf,
  nullable,
  wireLimits,
  addedByCairn,
} from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { drainFields } from './service-drain.ts'
import { ServiceInstance } from './service-instance.ts'
import { limitsOfBody, ServiceLimits } from './service-limits.ts'
import { scaleFields } from './service-scale.ts'

/** Who may open a service: callers with an API token, or anyone. */
export const serviceAccess = ['private', 'public'] as const
export type ServiceAccess = (typeof serviceAccess)[number]

/** Part of the service's host name. `--` divides it from the tenant's name there. */
export const ServiceName = Type.String({
  pattern: '^[a-z0-9]+(-[a-z0-9]+)*$',
  minLength: 1,
  maxLength: 40,
  'x-rule': 'must be lower-case letters and digits with single `-` between them (it becomes part of a host name)',
})

export const ServiceParams = Type.Object({ serviceId: Uuid })
/** `test` takes the name; an id is accepted as well. */
export const ServiceNameParams = Type.Object({ serviceName: Type.String({ minLength: 1, maxLength: 64 }) })

/** `versionId` absent = the latest ready version. */
const ImageReference = Type.Object({ imageId: NumericId, versionId: Type.Optional(NumericId) })

/** `inherit` is accepted and has no meaning for a service. */
const ServiceParameters = Type.Object({
  env: Type.Optional(StringMap),
  secrets: Type.Optional(SecretNames),
  inherit: Type.Optional(StringMap),
})

const changeable = {
  title: Type.Optional(Type.String({ maxLength: 256 })),
  description: Type.Optional(Description),
  resources: Type.Optional(Type.Object({ instanceTypeId: NumericId })),
  parameters: Type.Optional(ServiceParameters),
  sessionStickiness: Type.Optional(Type.Boolean({ default: false })),
  scaleToZero: Type.Optional(Type.Boolean({ default: false })),
  /** One argument per line. */
  entrypoint: Type.Optional(Text),
  /** Empty = a connection that stays open is enough. */
  healthCheckURL: Type.Optional(
    Type.String({
      pattern: String.raw`^(/[\x21-\x7e]*)?$`,
      maxLength: 2048,
      'x-rule':
        'must be a path that starts with / and holds visible ASCII characters only (percent-encode others), or empty',
    }),
  ),
  /** At most 2, unless the server is set up for more: CAIRN_MAX_INSTANCES. */
  minInstances: Type.Optional(Type.Integer({ minimum: 1, maximum: wireLimits.instances, default: 1 })),
  ...scaleFields,
  ...drainFields,
  ...limitsOfBody,
  tags: Type.Optional(Type.Array(Tag, { maxItems: wireLimits.tags })),
  access: Type.Optional(Type.Enum(serviceAccess, { default: 'private', ...addedByCairn })),
}

/** Creates a service or web app. `serviceType` is `web-app` when absent. `access` is added by Cairn. */
export const ServiceBody = Type.Object({
  name: ServiceName,
  serviceType: Type.Optional(Type.Enum(serviceTypes, { default: 'web-app' })),
  imageDetails: ImageReference,
  ...changeable,
})
export type ServiceBody = Static<typeof ServiceBody>

/** What is absent stays. `name` and `serviceType` are accepted when they are what the service has. */
export const UpdateServiceBody = Type.Object({
  name: Type.Optional(Type.String({ maxLength: wireLimits.nameLength })),
  serviceType: Type.Optional(Type.Enum(serviceTypes)),
  imageDetails: Type.Optional(ImageReference),
  ...changeable,
})
export type UpdateServiceBody = Static<typeof UpdateServiceBody>

/** With `featureType` the answer lists under `services`, without under `webapps`. */
export const ListServicesQuery = Type.Object({
  ...pageQuery,
  status: Type.Optional(filterOf(serviceStatuses)),
  searchTerm: Type.Optional(Type.String({ maxLength: 256 })),
  serviceType: Type.Optional(filterOf(serviceTypes)),
  featureType: Type.Optional(Type.String({ maxLength: 64 })),
})
export type ListServicesQuery = Static<typeof ListServicesQuery>

export const ServiceId = Type.Object({ id: Uuid })
export type ServiceId = Static<typeof ServiceId>

/** Added by Cairn: `url`, `access`, `state`, and `statusReason`, which says why the service has its status and state. */
export const ServiceSummary = Type.Object({
  id: Uuid,
  name: Type.String(),
  status: Type.Enum(serviceStatuses),
  statusReason: nullable(Type.String(), addedByCairn),
  state: Type.Enum(serviceRunStates, addedByCairn),
  serviceType: Type.Enum(serviceTypes),
  url: Type.String(addedByCairn),
  access: Type.Enum(serviceAccess, addedByCairn),
  createdAt: Timestamp,
  createdBy: Type.String(),
  updatedAt: Timestamp,
  updatedBy: Type.String(),
  tags: Type.Array(Tag),
})
export type ServiceSummary = Static<typeof ServiceSummary>

/** `imageDetails.versionId` is the version that runs, or the one asked for while none runs yet. */
export const ServiceDetails = Type.Object({
  ...ServiceSummary.properties,
  title: nullable(Type.String()),
  description: nullable(Type.String()),
  imageDetails: Type.Object({ imageId: Type.Integer(), versionId: Type.Integer() }),
  resources: Type.Object({ instanceTypeId: Type.Integer() }),
  parameters: Type.Object({
    env: Type.Record(Type.String(), Type.String()),
    secrets: Type.Array(Type.String()),
  }),
  sessionStickiness: Type.Boolean(),
  scaleToZero: Type.Boolean(),
  entrypoint: Type.String(),
  healthCheckURL: Type.String(),
  minInstances: Type.Integer(),
  maxInstances: Type.Integer(addedByCairn),
  targetConcurrency: Type.Integer(addedByCairn),
  drainSeconds: nullable(Type.Integer(), addedByCairn),
  /** null = no limit, or the default that the field names. */
  limits: Type.Object(ServiceLimits.properties, addedByCairn),
  /** Those that are there now, of the newest deployment first. */
  instances: Type.Array(ServiceInstance, addedByCairn),
})
export type ServiceDetails = Static<typeof ServiceDetails>

export const ServicePage = pageOf({ services: Type.Array(ServiceSummary), servicesCount: Type.Integer() })
export type ServicePage = Static<typeof ServicePage>

export const WebappPage = pageOf({ webapps: Type.Array(ServiceSummary), webappsCount: Type.Integer() })
export type WebappPage = Static<typeof WebappPage>

/** A request that is sent to an `api` service; `get /` when nothing is said. */
export const TestServiceBody = Type.Object({
  httpMethod: Type.Optional(Type.Enum(['get', 'post', 'put', 'patch', 'delete'], { default: 'get' })),
  path: Type.Optional(Type.String({ maxLength: 2048, default: '/' })),
  payload: Type.Optional(Type.Unknown()),
})
export type TestServiceBody = Static<typeof TestServiceBody>

/** `responseSize` is for people, e.g. `1KB`. */
export const TestServiceResult = Type.Object({
  responseBody: Type.String(),
  responseStatus: Type.Integer(),
  reqStartTime: Timestamp,
  reqEndTime: Timestamp,
  responseSize: Type.String(),
})
export type TestServiceResult = Static<typeof TestServiceResult>
