/** What passes traffic to services, put together. */
import { randomUUID } from 'node:crypto'
import { hashToken, type IdentityProvider, oidcStartPath, type SignInChecker } from '@cairn/api'
import type { Clock, Logger } from '@cairn/domain'
import type { WokenThawer } from '@cairn/engine'
import {
  createDatabaseWaker,
  createGateway,
  createSignInPage,
  databaseSignIns,
  databaseTraffic,
  type Gateway,
  type RouteTable,
  type SignInPage,
  startTrafficReporter,
} from '@cairn/gateway'
import { type Database, findTokenHolder, type Hints } from '@cairn/store'
import type { Registry } from 'prom-client'
import { observeTraffic } from './observe-work.ts'
import type { Settings } from './settings.ts'

export interface GatewayParts {
  readonly database: Database
  readonly hints: Hints
  readonly routes: RouteTable
  readonly domain: string
  readonly scheme: 'http' | 'https'
  readonly logger: Logger
  readonly clock: Clock
  readonly metrics: Registry
  readonly publicUrl: string
  readonly cookieKey: Buffer
  readonly signIns: SignInChecker
  readonly identityProvider: IdentityProvider | null
  /** null = engines are other processes. */
  readonly thawer: WokenThawer | null
  readonly settings: Pick<Settings, 'wakeTimeoutSeconds' | 'mostWakeWaiting'>
}

export interface ComposedGateway extends Gateway {
  /** On Cairn's own host. */
  readonly signInPage: SignInPage
}

/** The gateway; its end also takes away what it told of open requests. */
export function composeGateway(parts: GatewayParts): ComposedGateway {
  const { database, hints, metrics, thawer, settings, signIns: checker, identityProvider, ...shared } = parts
  const { logger, clock } = shared
  const traffic = startTrafficReporter({ sink: databaseTraffic(database), logger, clock })
  const signIns = databaseSignIns(database)
  const gateway = createGateway({
    ...shared,
    signIns,
    traffic,
    waker: createDatabaseWaker({ database, hints, thaw: thawer === null ? null : (wake) => thawer.thaw(wake) }),
    wakeLimits: { waitMs: settings.wakeTimeoutSeconds * 1000, mostWaiting: settings.mostWakeWaiting },
    authorize: (token) => findTokenHolder(database.db, hashToken(token)),
    onServed: observeTraffic(metrics),
  })
  return {
    ...gateway,
    signInPage: createSignInPage({
      ...shared,
      store: signIns,
      provider: identityProvider === null ? null : { name: identityProvider.name, path: oidcStartPath },
      signIn: (proof, place) => checker.signIn(proof, { ...place, requestId: `sign-in-${randomUUID()}` }),
    }),
    close: async () => {
      await gateway.close()
      await traffic.stop()
    },
  }
}
