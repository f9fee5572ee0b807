import { Readable } from 'node:stream'
import type { AuditEvent, ExportAuditQuery } from '@cairn/contract'
import {
  type AuditFilter,
  type AuditRecord,
  type Db,
  listAuditEvents as list,
  readAuditEvents,
  type TokenHolder,
} from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { pageKeysOf, pageRequestOf, windowOf } from '../../paging.ts'
import { auditCsvHead, auditCsvLine } from './audit-csv.ts'

export const listAuditEvents: Operation<'listAuditEvents'> = async ({ database, clock }, { caller, query }) => {
  const request = pageRequestOf(query)
  const page = await list(database.db, filterOf(caller, query, clock.now()), request)
  return { events: page.items.map(toEvent), eventCount: page.total, ...pageKeysOf(page, request) }
}

export const exportAuditEvents: Operation<'exportAuditEvents'> = async ({ database, clock }, { caller, query }) => {
  const format = query.format ?? 'csv'
  const texts = writeEvents(database.db, filterOf(caller, query, clock.now()), format)
  return { content: Readable.from(texts, { objectMode: false }), sizeBytes: null, fileName: `audit.${format}` }
}

async function* writeEvents(db: Db, filter: AuditFilter, format: 'csv' | 'ndjson'): AsyncGenerator<string> {
  if (format === 'csv') yield auditCsvHead
  for await (const records of readAuditEvents(db, filter)) {
    const lines = records
      .map(toEvent)
      .map((event) => (format === 'csv' ? auditCsvLine(event) : `${JSON.stringify(event)}\n`))
    yield lines.join('')
  }
}

function filterOf(caller: TokenHolder, query: Omit<ExportAuditQuery, 'format'>, now: number): AuditFilter {
  const { user, operation: operations, resourceKind, resourceId, result } = query
  return { tenantId: caller.tenantId, user, operations, resourceKind, resourceId, result, ...windowOf(query, now) }
}

function toEvent(record: AuditRecord): AuditEvent {
  const { at, userId, userEmail, tokenLabel, resourceKind, resourceId, resourceName, ...rest } = record
  return {
    ...rest,
    at: at.toISOString(),
    user: userEmail === null ? null : { id: userId, email: userEmail },
    token: tokenLabel,
    resource: { kind: resourceKind, id: resourceId, name: resourceName },
  }
}
