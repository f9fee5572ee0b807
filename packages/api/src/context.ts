import type { ArchiveLimits } from '@cairn/archive'
import type { Clock, Logger, MachineSize } from '@cairn/domain'
import type { Database, Hints, ObjectStore } from '@cairn/store'
import type { SignedLinks } from './signed-links.ts'

/** A request to an instance of a service, sent by the platform itself. */
export interface ServiceRequest {
  readonly tenantId: string
  readonly serviceId: string
  readonly method: string
  /** Path with query; begins with `/`. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

export type ServiceReply =
  | { readonly kind: 'answered'; readonly status: number; readonly body: Uint8Array }
  /** No instance serves, or it did not answer in time; the reason is for the user. */
  | { readonly kind: 'unavailable'; readonly reason: string }

/** Reaches services past the gateway's sign-in. */
export interface ServiceCaller {
  call(request: ServiceRequest, options: { readonly signal: AbortSignal }): Promise<ServiceReply>
}

/** Everything that operations work with. */
export interface ApiContext {
  readonly database: Database
  readonly hints: Hints
  readonly objectStore: ObjectStore
  readonly logger: Logger
  readonly clock: Clock
  readonly serviceCaller: ServiceCaller
  readonly links: SignedLinks
  readonly archiveLimits: ArchiveLimits
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: () => MachineSize | null
  /** Where a service answers, e.g. `http://forecast.localhost:7420`. */
  readonly serviceUrl: (serviceName: string, tenantName: string) => string
}
