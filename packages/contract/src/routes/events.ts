import type { Route } from '../route.ts'
import { FollowEventsQuery, ResourceEvent } from '../schemas/event.ts'

/** What changes, as it does. */
export const eventRoutes = {
  followEvents: {
    method: 'GET',
    path: '/events/api/v1/events',
    summary: 'Follow what changes, as server-sent events',
    tag: 'Events',
    auth: 'token',
    query: FollowEventsQuery,
    bodyKind: 'none',
    response: { kind: 'events', status: 200, schema: ResourceEvent },
    errors: ['invalid_request', 'rate_limited'],
    added: true,
  },
} as const satisfies Record<string, Route>
