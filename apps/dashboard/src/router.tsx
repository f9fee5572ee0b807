/** Every screen and its address. The code of a screen is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, notFound } from '@tanstack/react-router'
import { readAuditSearch } from './features/audit/audit-search.ts'
import { readListSearch } from './components/list-search.ts'
import { readNotificationSearch } from './features/notifications/notification-search.ts'
import { readVersionSearch } from './features/images/version-search.ts'
import { readQuerySearch } from './features/queries/query-search.ts'
import { readRunSearch } from './features/runs/run-search.ts'
import { readWorkflowSearch } from './features/workflows/workflow-search.ts'
import { invitationPath } from './shell/open-paths.ts'
import { BrokenPage } from './shell/broken-page.tsx'
import { NoSuchPage } from './shell/no-such-page.tsx'
import { Shell } from './shell/shell.tsx'

const root = createRootRoute({ component: Shell, notFoundComponent: NoSuchPage })

/** For `params.parse`: ids that are numbers. */
function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw notFound()
  return Number(text)
}

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  component: lazyRouteComponent(() => import('./features/home/home-page.tsx'), 'HomePage'),
})

const workflows = createRoute({
  getParentRoute: () => root,
  path: '/workflows',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/workflows/workflows-page.tsx'), 'WorkflowsPage'),
})

const newWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/new',
  component: lazyRouteComponent(() => import('./features/workflow-form/new-workflow-page.tsx'), 'NewWorkflowPage'),
})

const workflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflowId',
  params: {
    parse: ({ workflowId }) => ({ workflowId: numberOf(workflowId) }),
    stringify: ({ workflowId }) => ({ workflowId: String(workflowId) }),
  },
  validateSearch: readWorkflowSearch,
  component: lazyRouteComponent(() => import('./features/workflows/workflow-page.tsx'), 'WorkflowPage'),
})

const revisions = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflowId/revisions',
  params: {
    parse: ({ workflowId }) => ({ workflowId: numberOf(workflowId) }),
    stringify: ({ workflowId }) => ({ workflowId: String(workflowId) }),
  },
  component: lazyRouteComponent(() => import('./features/workflow-revisions/revisions-page.tsx'), 'RevisionsPage'),
})

const editWorkflow = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflowId/edit',
  params: {
    parse: ({ workflowId }) => ({ workflowId: numberOf(workflowId) }),
    stringify: ({ workflowId }) => ({ workflowId: String(workflowId) }),
  },
  component: lazyRouteComponent(() => import('./features/workflow-form/edit-workflow-page.tsx'), 'EditWorkflowPage'),
})

const run = createRoute({
  getParentRoute: () => root,
  path: '/workflows/$workflowId/runs/$executionId',
  params: {
    parse: ({ workflowId, executionId }) => ({ workflowId: numberOf(workflowId), executionId }),
    stringify: ({ workflowId, executionId }) => ({ workflowId: String(workflowId), executionId }),
  },
  validateSearch: readRunSearch,
  component: lazyRouteComponent(() => import('./features/runs/run-page.tsx'), 'RunPage'),
})

const services = createRoute({
  getParentRoute: () => root,
  path: '/services',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/services/services-page.tsx'), 'ServicesPage'),
})

const service = createRoute({
  getParentRoute: () => root,
  path: '/services/$serviceId',
  component: lazyRouteComponent(() => import('./features/services/service-page.tsx'), 'ServicePage'),
})

const notifications = createRoute({
  getParentRoute: () => root,
  path: '/notifications',
  validateSearch: readNotificationSearch,
  component: lazyRouteComponent(() => import('./features/notifications/notifications-page.tsx'), 'NotificationsPage'),
})

const delivery = createRoute({
  getParentRoute: () => root,
  path: '/notifications/deliveries/$deliveryId',
  component: lazyRouteComponent(() => import('./features/notifications/delivery-page.tsx'), 'DeliveryPage'),
})

const images = createRoute({
  getParentRoute: () => root,
  path: '/images',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/images/images-page.tsx'), 'ImagesPage'),
})

const image = createRoute({
  getParentRoute: () => root,
  path: '/images/$imageId',
  params: {
    parse: ({ imageId }) => ({ imageId: numberOf(imageId) }),
    stringify: ({ imageId }) => ({ imageId: String(imageId) }),
  },
  component: lazyRouteComponent(() => import('./features/images/image-page.tsx'), 'ImagePage'),
})

const imageVersion = createRoute({
  getParentRoute: () => root,
  path: '/images/$imageId/versions/$versionId',
  params: {
    parse: ({ imageId, versionId }) => ({ imageId: numberOf(imageId), versionId: numberOf(versionId) }),
    stringify: ({ imageId, versionId }) => ({ imageId: String(imageId), versionId: String(versionId) }),
  },
  validateSearch: readVersionSearch,
  component: lazyRouteComponent(() => import('./features/images/version-page.tsx'), 'VersionPage'),
})

const artifacts = createRoute({
  getParentRoute: () => root,
  path: '/artifacts',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/artifacts/artifacts-page.tsx'), 'ArtifactsPage'),
})

const artifact = createRoute({
  getParentRoute: () => root,
  path: '/artifacts/$artifactId',
  component: lazyRouteComponent(() => import('./features/artifacts/artifact-page.tsx'), 'ArtifactPage'),
})

const secrets = createRoute({
  getParentRoute: () => root,
  path: '/secrets',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/secrets/secrets-page.tsx'), 'SecretsPage'),
})

const queries = createRoute({
  getParentRoute: () => root,
  path: '/queries',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/queries/queries-page.tsx'), 'QueriesPage'),
})

const query = createRoute({
  getParentRoute: () => root,
  path: '/queries/edit',
  validateSearch: readQuerySearch,
  component: lazyRouteComponent(() => import('./features/queries/query-page.tsx'), 'QueryPage'),
})

const schedules = createRoute({
  getParentRoute: () => root,
  path: '/schedules',
  component: lazyRouteComponent(() => import('./features/schedules/schedules-page.tsx'), 'SchedulesPage'),
})

const system = createRoute({
  getParentRoute: () => root,
  path: '/system',
  component: lazyRouteComponent(() => import('./features/system/system-page.tsx'), 'SystemPage'),
})

const people = createRoute({
  getParentRoute: () => root,
  path: '/people',
  validateSearch: readListSearch,
  component: lazyRouteComponent(() => import('./features/people/people-page.tsx'), 'PeoplePage'),
})

const audit = createRoute({
  getParentRoute: () => root,
  path: '/audit',
  validateSearch: readAuditSearch,
  component: lazyRouteComponent(() => import('./features/audit/audit-page.tsx'), 'AuditPage'),
})

const account = createRoute({
  getParentRoute: () => root,
  path: '/account',
  component: lazyRouteComponent(() => import('./features/account/account-page.tsx'), 'AccountPage'),
})

const invitation = createRoute({
  getParentRoute: () => root,
  path: invitationPath,
  component: lazyRouteComponent(() => import('./features/invitation/invitation-page.tsx'), 'InvitationPage'),
})

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    workflows,
    newWorkflow,
    workflow,
    revisions,
    editWorkflow,
    run,
    services,
    service,
    notifications,
    delivery,
    images,
    image,
    imageVersion,
    artifacts,
    artifact,
    secrets,
    queries,
    query,
    schedules,
    system,
    people,
    audit,
    account,
    invitation,
  ]),
  defaultErrorComponent: BrokenPage,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
