/**
 * What the audit log keeps of a call. Pure.
 *
 * Always true: of what a caller sends only ids and names of resources are kept, never another field, so no value of a secret, no
 * password and no token can be among it.
 */
import type { OperationId, Route } from '@cairn/contract'
import type { CalledHook, NewAuditEvent, TokenHolder } from '@cairn/store'

/** What is known of a call, more and more while it is served. */
export interface AuditedCall {
  readonly caller: TokenHolder | CalledHook | null
  readonly params: unknown
  readonly body: unknown
  readonly answer: unknown
}

/** Marks that a reader made for itself, and what is dropped. */
const untold: ReadonlySet<OperationId> = new Set(['sendTelemetry', 'markInboxRead', 'markInboxEntryRead'])

/**
 * Whether calls of the operation are kept. Sign-ins are recorded where it is known whose they are. Who is limited is not to
 * make work.
 */
export function isAudited(id: OperationId, route: Route, errorCode: string | null): boolean {
  if (errorCode === 'rate_limited') return false
  return route.method !== 'GET' && route.auth !== 'none' && route.auth !== 'signed' && !untold.has(id)
}

const longestName = 256

/** At most so long, and without half a letter at its end, which the database would not take. */
const shortened = (text: string): string => text.slice(0, longestName).toWellFormed()

type Subject = Pick<NewAuditEvent, 'resourceKind' | 'resourceId' | 'resourceName'>

/** @returns null = nobody is known who calls */
export function auditEventOf(
  { id, route }: { readonly id: OperationId; readonly route: Route },
  call: AuditedCall,
  outcome: Pick<NewAuditEvent, 'status' | 'errorCode' | 'address' | 'requestId'>,
): NewAuditEvent | null {
  const { caller } = call
  if (caller === null) return null
  const who =
    'userId' in caller
      ? { userId: caller.userId, userEmail: caller.userEmail, tokenLabel: caller.tokenLabel }
      : { userId: null, userEmail: null, tokenLabel: `webhook ${caller.id}` }
  const subject = 'userId' in caller ? subjectOf(route, call) : hookSubject(caller, call.answer)
  return { tenantId: caller.tenantId, ...who, operation: id, ...subject, ...outcome }
}

const hookSubject = ({ workflowId }: CalledHook, answer: unknown): Subject => ({
  resourceKind: 'run',
  resourceId: [String(workflowId), textAt(answer, 'executionId')].filter((part) => part !== null).join('/'),
  resourceName: null,
})

function subjectOf(route: Route, { params, body, answer }: AuditedCall): Subject {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name = '']) => textAt(params, name) ?? [])
  const made = madeIds.flatMap((name) => textAt(answer, name) ?? textAt(partOf(answer, 'user'), name) ?? [])
  const ids = [...new Set([...inPath, ...made])]
  const name = namingFields.map((field) => textAt(body, field)).find((text) => text !== null) ?? null
  return {
    resourceKind: kindOf(route),
    resourceId: ids.length === 0 ? null : shortened(ids.join('/')),
    resourceName: name === null ? null : shortened(name),
  }
}

/** Ids that answers tell of what was made. */
const madeIds = ['id', 'imageId', 'versionId', 'executionId'] as const
/** Fields of bodies by which resources are called. */
const namingFields = ['email', 'name', 'label', 'domain', 'path'] as const

const kinds: Readonly<Record<string, string>> = { Executions: 'run', Queries: 'query', Session: 'session' }

function kindOf({ tag, path }: Route): string {
  if (tag === 'People') return path.includes('/tokens') ? 'token' : 'user'
  return kinds[tag] ?? tag.replace(/s$/, '').toLowerCase()
}

function partOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? Reflect.get(value, key) : null
}

function textAt(value: unknown, key: string): string | null {
  const found = partOf(value, key)
  // Of a call that was refused early, what the path has was not checked yet.
  return typeof found === 'string' || typeof found === 'number' ? String(found).replaceAll(/\p{Cc}/gu, '') : null
}
