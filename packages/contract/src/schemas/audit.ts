import { type Static, Type } from 'typebox'
import { DateFilter, ShortText, TextFilter, Timestamp, Uuid, nullable } from './bounds.ts'
import { pageOf, pageQuery } from './page.ts'

export const auditResults = ['done', 'refused'] as const
export const auditFormats = ['csv', 'ndjson'] as const

const filters = {
  /** E-mail. */
  user: Type.Optional(Type.String({ minLength: 1, maxLength: 320 })),
  /** Names of operations of the API. */
  operation: Type.Optional(TextFilter),
  resourceKind: Type.Optional(ShortText),
  /** Also finds what belongs to it, such as runs of a workflow. */
  resourceId: Type.Optional(ShortText),
  result: Type.Optional(Type.Enum([...auditResults])),
  dateFrom: Type.Optional(DateFilter),
  dateTo: Type.Optional(DateFilter),
}

/** Of the last 90 days unless `dateFrom` says otherwise. */
export const ListAuditQuery = Type.Object({ ...pageQuery, ...filters })
export type ListAuditQuery = Static<typeof ListAuditQuery>

/** Like the list; all pages. `csv` by default. */
export const ExportAuditQuery = Type.Object({
  ...filters,
  format: Type.Optional(Type.Enum([...auditFormats], { default: 'csv' })),
})
export type ExportAuditQuery = Static<typeof ExportAuditQuery>

/**
 * A call that changed something or was refused to, or a sign-in. `user` is null for webhooks; `token` is the label of the token,
 * null for a session that none opened. `resource.id` has the ids of the path with `/` between them. `errorCode` null = done.
 */
export const AuditEvent = Type.Object({
  id: Type.Integer(),
  at: Timestamp,
  user: nullable(Type.Object({ id: nullable(Uuid), email: Type.String() })),
  token: nullable(Type.String()),
  operation: Type.String(),
  resource: Type.Object({
    kind: Type.String(),
    id: nullable(Type.String()),
    name: nullable(Type.String()),
  }),
  address: Type.String(),
  status: Type.Integer(),
  errorCode: nullable(Type.String()),
  requestId: Type.String(),
})
export type AuditEvent = Static<typeof AuditEvent>

export const AuditPage = pageOf({ events: Type.Array(AuditEvent), eventCount: Type.Integer() })
export type AuditPage = Static<typeof AuditPage>
