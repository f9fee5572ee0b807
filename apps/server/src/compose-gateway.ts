/** What passes traffic to services, put together. */
import { hashToken } from '@cairn/api'
import type { Clock, Logger } from '@cairn/domain'
import { createGateway, databaseTraffic, type Gateway, type RouteTable, startTrafficReporter } from '@cairn/gateway'
import { type Database, findTokenHolder } from '@cairn/store'
import type { Registry } from 'prom-client'
import { observeTraffic } from './observe-work.ts'

export interface GatewayParts {
  readonly database: Database
  readonly routes: RouteTable
  readonly domain: string
  readonly scheme: 'http' | 'https'
  readonly logger: Logger
  readonly clock: Clock
  readonly metrics: Registry
  readonly cookieKey: Buffer
}

/** The gateway; its end also takes away what it told of open requests. */
export function composeGateway(parts: GatewayParts): Gateway {
  const { database, metrics, ...shared } = parts
  const { logger, clock } = shared
  const traffic = startTrafficReporter({ sink: databaseTraffic(database), logger, clock })
  const gateway = createGateway({
    ...shared,
    traffic,
    authorize: (token) => findTokenHolder(database.db, hashToken(token)),
    onServed: observeTraffic(metrics),
  })
  return {
    ...gateway,
    close: async () => {
      await gateway.close()
      await traffic.stop()
    },
  }
}
