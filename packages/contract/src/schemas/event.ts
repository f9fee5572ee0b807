import { type Static, Type } from 'typebox'
import { filterOf } from './bounds.ts'

/**
 * What a stream of events tells of. `image` is also told for its versions and tags, `service` for its revisions, domains and
 * wakes, `schedule` for what became of a scheduled time, `artifact` for its versions.
 */
export const resourceKinds = [
  'workflow',
  'execution',
  'step',
  'artifact',
  'image',
  'build',
  'service',
  'instance',
  'secret',
  'query',
  'delivery',
  'schedule',
] as const
export type ResourceKind = (typeof resourceKinds)[number]

export const resourceChanges = ['created', 'updated', 'deleted'] as const
export type ResourceChange = (typeof resourceChanges)[number]

/** `kinds`: only these; all when it is left out. `after`: the id of the last event that was seen, as the header Last-Event-ID. */
export const FollowEventsQuery = Type.Object({
  kinds: Type.Optional(filterOf(resourceKinds)),
  after: Type.Optional(Type.String({ maxLength: 64 })),
})
export type FollowEventsQuery = Static<typeof FollowEventsQuery>

/**
 * A resource is not as it was: read it again. It carries no state of the resource. `id` is what the paths of the API call it:
 * the name of a secret or a step, the path of a query, the id of the workflow of a schedule. `parentId`: the workflow of an
 * execution, a delivery or a schedule, the execution of a step, the image of a build, the service of an instance.
 */
export const ResourceEvent = Type.Object({
  kind: Type.Enum(resourceKinds),
  id: Type.String(),
  parentId: Type.Optional(Type.String()),
  change: Type.Enum(resourceChanges),
})
export type ResourceEvent = Static<typeof ResourceEvent>

/** The first event of a stream. `resumed` false: changes may have been missed, so what is shown is to be read again. */
export const EventsReady = Type.Object({ resumed: Type.Boolean() })
export type EventsReady = Static<typeof EventsReady>
