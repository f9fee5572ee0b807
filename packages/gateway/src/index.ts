export { createGateway, type Gateway, type GatewayOptions, type ServedRequest } from './create-gateway.ts'
export { createRouteTable, databaseRoutes, type RouteSource, type RouteTable } from './route-table.ts'
export { isWebSocketUpgrade } from './tunnel-upgrade.ts'
export { createDatabaseWaker } from './wake-by-database.ts'
export type { Waker, Woken } from './wake-port.ts'
export type { Authorize, TokenOwner } from './token-cache.ts'
export { type Interception, interceptConnections } from './plain/intercept-connections.ts'
export type { PlainPath } from './plain/plain-path.ts'
export { createServiceCaller } from './call-service.ts'
export {
  databaseTraffic,
  startTrafficReporter,
  type TrafficReporter,
  type TrafficSink,
} from './traffic/report-traffic.ts'
export { databaseSignIns, type SignedIn, type SignInStore } from './sign-in/sign-in-store.ts'
export { createSignInPage, type SignInPage } from './sign-in/sign-in-page.ts'
