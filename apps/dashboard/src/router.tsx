/** Every screen and its address. The code of a screen is loaded when it is first opened. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent, notFound } from '@tanstack/react-router'
import { readListSearch } from './components/list-search.ts'
import { readNotificationSearch } from './features/notifications/notification-search.ts'
import { readRunSearch } from './features/runs/run-search.ts'
import { readWorkflowSearch } from './features/workflows/workflow-search.ts'
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

export const router = createRouter({
  routeTree: root.addChildren([home, workflows, workflow, revisions, run, services, service, notifications, delivery]),
  defaultErrorComponent: BrokenPage,
  defaultPreload: 'intent',
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
