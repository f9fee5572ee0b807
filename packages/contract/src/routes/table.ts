import type { Static } from 'typebox'
import { artifactRoutes } from './artifacts.ts'
import { emailRoutes } from './emails.ts'
import { eventRoutes } from './events.ts'
import { executionRoutes } from './executions.ts'
import { exportRoutes } from './exports.ts'
import { imageRoutes } from './images.ts'
import { queryRoutes } from './queries.ts'
import { notificationRoutes } from './notifications.ts'
import { secretRoutes } from './secrets.ts'
import { serviceDomainRoutes } from './service-domains.ts'
import { serviceRoutes } from './services.ts'
import { sessionRoutes } from './session.ts'
import { auditRoutes } from './audit.ts'
import { peopleRoutes } from './people.ts'
import { systemRoutes } from './system.ts'
import { tenantRoutes } from './tenants.ts'
import { triggerRoutes } from './triggers.ts'
import { workflowRoutes } from './workflows.ts'
import type { Route } from '../route.ts'

/** Every operation of the API by its id. */
export const routes = {
  ...sessionRoutes,
  ...artifactRoutes,
  ...imageRoutes,
  ...executionRoutes,
  ...workflowRoutes,
  ...triggerRoutes,
  ...serviceRoutes,
  ...serviceDomainRoutes,
  ...systemRoutes,
  ...eventRoutes,
  ...tenantRoutes,
  ...emailRoutes,
  ...notificationRoutes,
  ...queryRoutes,
  ...exportRoutes,
  ...secretRoutes,
  ...peopleRoutes,
  ...auditRoutes,
} satisfies Record<string, Route>

export type Routes = typeof routes
export type OperationId = keyof Routes

type StaticOf<R, Key extends string> = R extends { readonly [K in Key]: infer S extends object } ? Static<S> : undefined

/** The path parameters of a route; `undefined` when it has none. */
export type ParamsOf<R> = StaticOf<R, 'params'>
/** The query of a route; `undefined` when it has none. */
export type QueryOf<R> = StaticOf<R, 'query'>
/** The body, or the text fields of a multipart one; `undefined` when it has none. */
export type BodyOf<R> = StaticOf<R, 'body'>
/** The JSON answer; `never` for binary ones. */
export type AnswerOf<R> = R extends { readonly response: { readonly kind: 'json'; readonly schema: infer S } }
  ? S extends object
    ? Static<S>
    : never
  : never
