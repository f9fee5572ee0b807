import { CairnError } from '@cairn/contract'
import { renderSql } from '@cairn/domain'
import { describeSqlError, readRows } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { refusedField } from '../../refusals.ts'

const mostBytes = 4 * 1024 * 1024
const usual = { rows: 200, seconds: 30 } as const
/** Milliseconds in which the server ends a query by itself. */
const graceMs = 2000

/** The tenant's role runs it, as it does in steps. */
export const runQuery: Operation<'runQuery'> = async (context, { caller, body, signal }) => {
  const { text, parameters = {}, maxRows = usual.rows, timeoutSeconds = usual.seconds } = body
  const rendered = renderSql(text, parameters)
  if (rendered.kind === 'refused') throw refusedField('invalid_request', 'text', rendered.reason)
  const startedAt = performance.now()
  const limits = { mostRows: maxRows, mostBytes, timeoutMs: timeoutSeconds * 1000 }
  // A text may take back the time that the server was given: it counts here too.
  const late = AbortSignal.timeout(limits.timeoutMs + graceMs)
  const outcome = await context.querySessions.use(caller.tenantId, AbortSignal.any([signal, late]), (session) =>
    readRows(session, rendered.text, limits),
  )
  switch (outcome.kind) {
    case 'rows': {
      const { columns, rows, isTruncated } = outcome
      const tookMs = Math.round(performance.now() - startedAt)
      return { columns: [...columns], rows: rows.map((row) => [...row]), isTruncated, tookMs }
    }
    case 'refused':
      throw new CairnError('unprocessable', `text: ${describeSqlError(outcome.error, { template: text, rendered })}`)
    case 'broken':
      if (late.aborted) throw new CairnError('unprocessable', `text: it took more than ${timeoutSeconds} s`)
      throw new CairnError('service_unavailable', `the session on the warehouse broke: ${outcome.reason}`)
    default:
      return outcome satisfies never
  }
}
