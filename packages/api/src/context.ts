import type { ArchiveLimits } from '@cairn/archive'
import type { BackupPolicy, Clock, Limiter, Logger, MachineSize, ReservedHosts, ServiceCaller } from '@cairn/domain'
import type { AuditLog, Database, Hints, ObjectStore, RunStarter, SecretCipher } from '@cairn/store'
import type { ApiLimits } from './limits.ts'
import type { ChangeFeed } from './events/change-feed.ts'
import type { LogFollowers } from './log-followers.ts'
import type { IdentityProvider } from './oidc/identity-provider.ts'
import type { QuerySessions } from './operations/queries/query-sessions.ts'
import type { SignInChecker } from './sign-in/sign-in-checker.ts'
import type { SignedLinks } from './signed-links.ts'

/** How the process with the data directory makes backups. */
export interface BackupPlan {
  readonly policy: BackupPolicy
  /** Whether each is restored aside and read. */
  readonly proves: boolean
}

/** Everything that operations work with. */
export interface ApiContext {
  readonly database: Database
  readonly runStarter: RunStarter
  readonly hints: Hints
  readonly objectStore: ObjectStore
  readonly secretCipher: SecretCipher
  readonly logger: Logger
  readonly clock: Clock
  readonly serviceCaller: ServiceCaller
  readonly links: SignedLinks
  readonly logFollowers: LogFollowers
  readonly changeFeed: ChangeFeed
  readonly querySessions: QuerySessions
  readonly archiveLimits: ArchiveLimits
  /** How many zips are looked into at a time for those who ask what is in them. */
  readonly archiveReads: Limiter
  readonly limits: ApiLimits
  /** Size of the machine that containers run on; null while no engine has answered. */
  readonly machine: () => MachineSize | null
  /** Where a service answers, e.g. `http://forecast.localhost:7420`. */
  readonly serviceUrl: (serviceName: string, tenantName: string) => string
  /** Where a service answers under a domain of its own. */
  readonly domainUrl: (domain: string) => string
  /** Hosts that no domain of a service may be. */
  readonly reservedHosts: ReservedHosts
  /** Where clients reach the API; begins the links in notifications. */
  readonly publicUrl: string
  /** Where invitations may be mailed to, empty = anywhere; null = there is no mail server. */
  readonly mailDomains: readonly string[] | null
  readonly signIns: SignInChecker
  /** null = people sign in by tokens and passwords only. */
  readonly identityProvider: IdentityProvider | null
  readonly auditLog: AuditLog
  /** null = this installation makes no backups. */
  readonly backups: BackupPlan | null
  /** Version of Cairn, e.g. `0.1.0`. */
  readonly version: string
}
