import type { AuditEvent } from '@cairn/contract'

const columns: readonly (readonly [title: string, value: (event: AuditEvent) => string | number | null])[] = [
  ['id', ({ id }) => id],
  ['at', ({ at }) => at],
  ['user', ({ user }) => user?.email ?? null],
  ['token', ({ token }) => token],
  ['operation', ({ operation }) => operation],
  ['resource_kind', ({ resource }) => resource.kind],
  ['resource_id', ({ resource }) => resource.id],
  ['resource_name', ({ resource }) => resource.name],
  ['address', ({ address }) => address],
  ['status', ({ status }) => status],
  ['error_code', ({ errorCode }) => errorCode],
  ['request_id', ({ requestId }) => requestId],
]

/** As RFC 4180 has it. */
export const auditCsvHead = `${columns.map(([title]) => title).join(',')}\r\n`

export function auditCsvLine(event: AuditEvent): string {
  return `${columns.map(([, value]) => cellOf(value(event))).join(',')}\r\n`
}

/** A text that a spreadsheet would take for a formula begins with a quote, so that it is shown and not carried out. */
function cellOf(value: string | number | null): string {
  if (value === null) return ''
  const text = String(value)
  const shown = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown
}
