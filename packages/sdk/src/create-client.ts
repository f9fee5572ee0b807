import type { OperationId } from '@cairn/contract'
import { Artifacts } from './resources/artifacts.ts'
import { Emails } from './resources/emails.ts'
import { Events } from './resources/events.ts'
import { Exports } from './resources/exports.ts'
import { Images } from './resources/images.ts'
import { People } from './resources/people.ts'
import { Notifications } from './resources/notifications.ts'
import { Queries } from './resources/queries.ts'
import { Secrets } from './resources/secrets.ts'
import { Services } from './resources/services.ts'
import { System } from './resources/system.ts'
import { Tenants } from './resources/tenants.ts'
import { Users } from './resources/users.ts'
import { Webapps } from './resources/webapps.ts'
import { Workflows } from './resources/workflows.ts'
import type { InputOf, RawAnswer, UploadOptions } from './transport/call-options.ts'
import { type RetryPolicy, defaultRetryPolicy } from './transport/retry-policy.ts'
import { type Transport, createTransport } from './transport/transport.ts'

/**
 * How to reach a Cairn server.
 *
 * @example
 * const options: ClientOptions = { baseUrl: 'https://cairn.example.com', token, timeoutMs: 10_000, retry: { retries: 5 } }
 */
export interface ClientOptions {
  /** Address of the server, e.g. `http://127.0.0.1:7420`; a path prefix is kept. */
  readonly baseUrl: string
  /** API token. May be left out with `credentials: 'cookie'`. */
  readonly token?: string
  /**
   * What proves who calls. `token` (the default): the token. `cookie`: the session of the browser that `people.signIn` opened, for
   * pages on the server's own host; every request then says that it is such a page's.
   */
  readonly credentials?: 'token' | 'cookie'
  /** Sends the requests. Default: the global `fetch`. */
  readonly fetch?: typeof fetch
  /** Milliseconds that a call may take, retries included. Default 60 000. */
  readonly timeoutMs?: number
  /** The same for calls that upload. Default 900 000. */
  readonly uploadTimeoutMs?: number
  /** When safe calls are repeated; see {@link RetryPolicy}. */
  readonly retry?: Partial<RetryPolicy>
  /** Ends every call; each rejects with the signal's reason. Default: none does. */
  readonly signal?: AbortSignal
}

/**
 * Everything that a Cairn server does, by noun.
 *
 * @example
 * const cairn: CairnClient = createClient({ baseUrl: 'http://127.0.0.1:7420', token })
 * const names = (await cairn.workflows.listWorkflows().all()).map(({ name }) => name)
 */
export interface CairnClient {
  /** Zips with versions. */
  readonly artifacts: Artifacts
  /** Images, their versions and builds. */
  readonly images: Images
  /** Workflows and their runs. */
  readonly workflows: Workflows
  /** Web apps, APIs and Shiny apps. */
  readonly services: Services
  /** The older name of services of type `web-app`. */
  readonly webapps: Webapps
  /** What the tenant has at its disposal. */
  readonly tenants: Tenants
  /** What goes on and what is to come. */
  readonly system: System
  /** Users, roles and tokens, and who is signed in. */
  readonly people: People
  /** What changes, as it does. */
  readonly events: Events
  /** What the user of the token may do. */
  readonly users: Users
  /** E-mails to users of the tenant. */
  readonly emails: Emails
  /** The reference client's name of `emails`. */
  readonly alerts: Emails
  /** What watchers were told, and the inbox. */
  readonly notifications: Notifications
  /** Texts that sql steps run. */
  readonly queries: Queries
  /** Files that export steps wrote. */
  readonly exports: Exports
  /** Values that steps, hooks and builds are given by name. */
  readonly secrets: Secrets
  /**
   * Calls an operation by its name in the API reference, and returns all of the answer.
   *
   * @throws CairnApiError when it is refused, as every method does.
   * @example
   * const { status, requestId, body } = await client.raw('describeWorkflow', { params: { workflowId: 1 } })
   */
  raw<Id extends OperationId>(operation: Id, ...given: RawGiven<Id>): Promise<RawAnswer<Id>>
}

/** What `raw` is given: the input only where the operation needs any, then the options of the call. */
export type RawGiven<Id extends OperationId> =
  object extends InputOf<Id>
    ? readonly [input?: InputOf<Id>, options?: UploadOptions]
    : readonly [input: InputOf<Id>, options?: UploadOptions]

async function callRaw<Id extends OperationId>(
  transport: Transport,
  operation: Id,
  [input, options]: RawGiven<Id>,
): Promise<RawAnswer<Id>> {
  // Left out only where nothing must be given, which TypeScript cannot see through the generics.
  return transport.raw(operation, (input ?? {}) as InputOf<Id>, options)
}

function cleanBaseUrl(baseUrl: string): string {
  const url = URL.parse(baseUrl)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw new TypeError(`baseUrl must be an http or https address, got ${JSON.stringify(baseUrl)}`)
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

/**
 * A client of a Cairn server. It holds no connection of its own and needs no closing.
 *
 * @throws TypeError when `baseUrl` is no http address or the token is empty.
 * @example
 * const client = createClient({ baseUrl: 'http://127.0.0.1:7420', token })
 * const { executionId } = await client.workflows.executeWorkflow(1)
 */
export function createClient(options: ClientOptions): CairnClient {
  const { token = '', credentials = 'token' } = options
  if (credentials === 'token' && token.trim() === '') throw new TypeError('token must not be empty')
  const transport = createTransport({
    baseUrl: cleanBaseUrl(options.baseUrl),
    proof: credentials === 'token' ? { kind: 'token', token: token.trim() } : { kind: 'cookie' },
    // Called without a receiver: browsers refuse a `fetch` that is called as a method of something else.
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
    timeoutMs: options.timeoutMs ?? 60_000,
    uploadTimeoutMs: options.uploadTimeoutMs ?? 900_000,
    retry: { ...defaultRetryPolicy, ...options.retry },
    signal: options.signal ?? null,
  })
  const emails = new Emails(transport)
  return {
    artifacts: new Artifacts(transport),
    images: new Images(transport),
    workflows: new Workflows(transport),
    services: new Services(transport),
    webapps: new Webapps(transport),
    tenants: new Tenants(transport),
    system: new System(transport),
    people: new People(transport),
    events: new Events(transport),
    users: new Users(transport),
    emails,
    alerts: emails,
    notifications: new Notifications(transport),
    queries: new Queries(transport),
    exports: new Exports(transport),
    secrets: new Secrets(transport),
    raw: (operation, ...given) => callRaw(transport, operation, given),
  }
}
