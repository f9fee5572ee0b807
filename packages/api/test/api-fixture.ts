/** The API over a real database and a real object store, with two tenants. Every answer is held against the contract. */
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DryRunAnswer,
  offersDryRun,
  type ImageType,
  type OperationId,
  type Role,
  type Route,
  routes,
  type TokenScope,
  validate,
} from '@cairn/contract'
import type { MachineSize, ServiceCaller } from '@cairn/domain'
import {
  AuditLog,
  type Database,
  ensureTenant,
  ensureUser,
  type Hints,
  type ObjectStore,
  openLocalObjectStore,
  storeToken,
  type Warehouses,
} from '@cairn/store'
import { createTestDatabase, openTestCipher, silentLogger, type TestDatabase } from '@cairn/testkit'
import type { FastifyInstance } from 'fastify'
import { Registry } from 'prom-client'
import { expect } from 'vitest'
import { ZipFile } from 'yazl'
import {
  type BackupPlan,
  type ApiLimits,
  buildApi,
  createSignInChecker,
  defaultApiLimits,
  hashToken,
  type IdentityProvider,
} from '../src/index.ts'

export interface Tenant {
  readonly id: string
  readonly token: string
}

export interface Call {
  readonly params?: Readonly<Record<string, string | number>>
  readonly query?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: unknown
  readonly form?: FormData
  readonly headers?: Readonly<Record<string, string>>
  /** The first tenant's by default; null = none. */
  readonly token?: string | null
}

export interface Answer {
  readonly status: number
  /** Empty when the answer is no JSON object. */
  readonly body: Readonly<Record<string, unknown>>
  readonly text: string
  readonly headers: Readonly<Record<string, unknown>>
}

export interface ApiFixture {
  readonly app: FastifyInstance
  readonly database: Database
  readonly objectStore: ObjectStore
  readonly tenant: Tenant
  readonly otherTenant: Tenant
  /** Topics that were hinted, in order. */
  readonly hinted: string[]
  readonly hints: Hints
  /** Tells the API that the server stops. */
  readonly stop: () => void
  readonly call: (id: OperationId, call?: Call) => Promise<Answer>
  /** Files in the object store, unfinished ones included. */
  readonly storedFiles: () => Promise<readonly string[]>
  readonly close: () => Promise<void>
}

export interface FixtureOptions {
  readonly limits?: Partial<ApiLimits>
  /** http://127.0.0.1:7420 by default. */
  readonly publicUrl?: string
  readonly machine?: MachineSize
  readonly identityProvider?: IdentityProvider
  /** No mail server by default. */
  readonly mailDomains?: readonly string[]
  readonly backups?: BackupPlan
  readonly serviceCaller?: ServiceCaller
  /** None by default. The caller drops them. */
  readonly openWarehouses?: (test: TestDatabase) => Promise<Warehouses>
  /** Called with the directory of the object store before it is opened; what it answers is called at the end. */
  readonly prepareDirectory?: (directory: string) => Promise<() => Promise<unknown>>
}

const noWarehouses: Warehouses = {
  open: async () => ({ kind: 'away', reason: 'there is none' }),
  cancel: async () => undefined,
  end: async () => undefined,
  close: async () => undefined,
}

const noService: ServiceCaller = { call: async () => ({ kind: 'unavailable', reason: 'no instance is ready' }) }

function recordingHints(hinted: string[]): Hints {
  const listeners = new Map<string, Set<() => void>>()
  return {
    notify: (topic) => {
      hinted.push(topic)
      for (const listener of listeners.get(topic) ?? []) listener()
    },
    subscribe: (topic, listener) => {
      const ofTopic = listeners.get(topic) ?? new Set()
      listeners.set(topic, ofTopic.add(listener))
      return () => ofTopic.delete(listener)
    },
    close: async () => undefined,
  }
}

async function makeTenant(database: Database, name: string): Promise<Tenant> {
  const id = await database.transaction((tx) => ensureTenant(tx, name))
  return { id, token: await makeToken(database, { tenantId: id, name, role: 'admin' }) }
}

/** A token of a new user `<name>@example.com`, or of the one who is there. */
export async function makeToken(
  database: Database,
  holder: { readonly tenantId: string; readonly name: string; readonly role: Role; readonly scope?: TokenScope },
): Promise<string> {
  const { tenantId, name, role, scope = 'write' } = holder
  const token = `token-of-${name}-0123456789${scope === 'write' ? '' : scope}`
  await database.transaction(async (tx) => {
    const userId = await ensureUser(tx, { tenantId, email: `${name}@example.com`, name, role, by: 'test' })
    const tokenHash = hashToken(token)
    await storeToken(tx, { tenantId, tokenHash, userId, label: 'test', expiresAt: null, scope })
  })
  return token
}

export async function createApiFixture(options: FixtureOptions = {}): Promise<ApiFixture> {
  const test = await createTestDatabase()
  const { database } = test
  const directory = await mkdtemp(join(tmpdir(), 'cairn-api-test-'))
  const restoreDirectory = await options.prepareDirectory?.(directory)
  const objectStore = await openLocalObjectStore(directory)
  const tenant = await makeTenant(database, 'default')
  const otherTenant = await makeTenant(database, 'other')
  const hinted: string[] = []
  const hints = recordingHints(hinted)
  const stopping = new AbortController()
  const limits = { ...defaultApiLimits, logWaitMs: 50, ...options.limits }
  const clock = { now: () => Date.now() }
  const auditLog = new AuditLog(database.db)
  const app = await buildApi({
    database,
    hints,
    objectStore,
    secretCipher: await openTestCipher(database),
    warehouses: (await options.openWarehouses?.(test)) ?? noWarehouses,
    logger: silentLogger,
    clock,
    signIns: createSignInChecker({ database, clock, auditLog, logger: silentLogger, limits: limits.signIns }),
    auditLog,
    identityProvider: options.identityProvider ?? null,
    mailDomains: options.mailDomains ?? null,
    backups: options.backups ?? null,
    version: '0.0.0',
    metrics: new Registry(),
    probes: [],
    serviceCaller: options.serviceCaller ?? noService,
    machine: () => options.machine ?? null,
    serviceUrl: (name) => `http://${name}.localhost:7420`,
    domainUrl: (domain) => `http://${domain}:7420`,
    reservedHosts: { domain: 'localhost:7420', publicUrl: options.publicUrl ?? 'http://cairn.example:7420' },
    publicUrl: options.publicUrl ?? 'http://127.0.0.1:7420',
    linkKey: Buffer.alloc(32, 7),
    allowedOrigins: ['https://app.example.com'],
    limits,
    stopping: stopping.signal,
    servesOperations: true,
    siteDirectories: { docs: join(directory, 'site'), dashboard: join(directory, 'dashboard') },
  })
  return {
    app,
    database,
    objectStore,
    tenant,
    otherTenant,
    hinted,
    hints,
    stop: () => stopping.abort(),
    call: (id, call = {}) => inject(app, id, { token: tenant.token, ...call }),
    storedFiles: async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => entry.name),
    close: async () => {
      await app.close()
      await test.drop()
      await restoreDirectory?.()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

async function inject(app: FastifyInstance, id: OperationId, call: Call): Promise<Answer> {
  const route: Route = routes[id]
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => String(call.params?.[name] ?? name))
  const encoded = call.form === undefined ? null : new Response(call.form)
  const payload =
    encoded !== null
      ? Buffer.from(await encoded.arrayBuffer())
      : route.method === 'GET'
        ? undefined
        : JSON.stringify(call.body ?? {})
  const answer = await app.inject({
    method: route.method,
    url: path,
    query: Object.fromEntries(
      Object.entries(call.query ?? {}).map(([key, value]) => [key, typeof value === 'string' ? value : [...value]]),
    ),
    headers: {
      ...call.headers,
      ...(call.token !== null && call.token !== undefined && { authorization: call.token }),
      'content-type': encoded?.headers.get('content-type') ?? 'application/json',
    },
    ...(payload !== undefined && { payload }),
  })
  const isJson = String(answer.headers['content-type']).startsWith('application/json')
  const body: unknown = isJson ? answer.json() : {}
  const rehearsed = call.query?.['dryRun'] === 'true' && offersDryRun(route)
  const response: Route['response'] = rehearsed ? { kind: 'json', status: 200, schema: DryRunAnswer } : route.response
  holdAgainstContract(id, { ...route, response }, answer.statusCode, body)
  return {
    status: answer.statusCode,
    body: typeof body === 'object' && body !== null ? { ...body } : {},
    text: answer.body,
    headers: answer.headers,
  }
}

function holdAgainstContract(id: OperationId, route: Route, status: number, body: unknown): void {
  if (status >= 400) {
    const words = expect.any(String)
    expect({ id, status, body }).toMatchObject({
      body: { detail: words, message: words, code: words, requestId: words },
    })
    return
  }
  const errors = route.response.kind === 'json' ? validate(route.response.schema, body) : []
  expect({ id, status, errors }).toEqual({ id, status: route.response.status, errors: [] })
}

export function numberIn(answer: Answer, key: string): number {
  const value = answer.body[key]
  if (typeof value !== 'number') throw new Error(`${key} is no number in ${answer.text}`)
  return value
}

export function textIn(answer: Answer, key: string): string {
  const value = answer.body[key]
  if (typeof value !== 'string') throw new Error(`${key} is no text in ${answer.text}`)
  return value
}

/** A zip with these files. */
export async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const zip = new ZipFile()
  for (const [name, content] of Object.entries(files)) zip.addBuffer(Buffer.from(content), name)
  zip.end()
  const chunks: Buffer[] = []
  for await (const chunk of zip.outputStream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

/** A form as clients send it: the file first. Values that are no text become JSON. */
export function formOf(fields: Readonly<Record<string, unknown>>, artifact?: Buffer): FormData {
  const form = new FormData()
  if (artifact !== undefined) {
    form.set('artifact', new Blob([Uint8Array.from(artifact)], { type: 'application/zip' }), 'artifact.zip')
  }
  for (const [name, value] of Object.entries(fields)) {
    form.set(name, typeof value === 'string' ? value : JSON.stringify(value))
  }
  return form
}

/** An image with one version; ready when `engineImageId` is given. Answers their ids. */
export async function makeImage(
  fixture: ApiFixture,
  options: {
    readonly name?: string
    readonly engineImageId?: string
    readonly tenantId?: string
    readonly type?: ImageType
  } = {},
): Promise<{ readonly imageId: number; readonly versionId: number }> {
  const { db } = fixture.database
  const tenantId = options.tenantId ?? fixture.tenant.id
  const { id: imageId } = await db
    .insertInto('image')
    .values({
      tenant_id: tenantId,
      name: options.name ?? 'image',
      type: options.type ?? 'workflow',
      created_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const { id: versionId } = await db
    .insertInto('image_version')
    .values({
      tenant_id: tenantId,
      image_id: imageId,
      version: '0.0.1',
      status: options.engineImageId === undefined ? 'not-ready' : 'ready',
      build_details: '{}',
      context_sha256: null,
      engine_image_id: options.engineImageId ?? null,
      engine_tag: null,
      size_bytes: null,
      exposed_ports: '[8080]',
      created_by: 'test',
      updated_by: 'test',
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return { imageId, versionId }
}
