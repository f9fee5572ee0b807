import { type Static, Type } from 'typebox'
import { revisionCauses, revisionStatuses } from '../statuses.ts'
import { nullable, Timestamp } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'
import { ServiceDetails } from './service.ts'

/** Newest first. */
export const ListServiceRevisionsQuery = Type.Object(pageQuery)
export type ListServiceRevisionsQuery = Static<typeof ListServiceRevisionsQuery>

const { resources, parameters, sessionStickiness, scaleToZero, entrypoint, healthCheckURL } = ServiceDetails.properties

/**
 * What a service ran, runs or is to run. Nothing of a revision changes but its status and `reason`, which says why it failed
 * or was removed, or what it is still there for while it drains. `activatedAt` null = it has never served. Of secrets there
 * are names only.
 */
export const ServiceRevision = Type.Object({
  revision: Type.Integer(),
  status: Type.Enum(revisionStatuses),
  reason: nullable(Type.String()),
  cause: Type.Enum(revisionCauses),
  /** Whose specification this one has again. */
  rolledBackTo: nullable(Type.Integer()),
  /** What differs from the revision before: names as in a body, such as `versionId` or `parameters`. */
  changedFields: Type.Array(Type.String()),
  createdAt: Timestamp,
  createdBy: Type.String(),
  activatedAt: nullable(Timestamp),
  imageDetails: Type.Object({
    imageId: Type.Integer(),
    versionId: Type.Integer(),
    name: Type.String(),
    version: Type.String(),
  }),
  resources,
  parameters,
  sessionStickiness,
  scaleToZero,
  entrypoint,
  healthCheckURL,
})
export type ServiceRevision = Static<typeof ServiceRevision>

export const ServiceRevisionPage = pageOf({
  revisions: Type.Array(ServiceRevision),
  revisionsCount: Type.Integer(),
})
export type ServiceRevisionPage = Static<typeof ServiceRevisionPage>

/** A revision that has served. */
export const RollbackServiceBody = Type.Object({ revision: Type.Integer({ minimum: 1, maximum: 2_147_483_647 }) })
export type RollbackServiceBody = Static<typeof RollbackServiceBody>
