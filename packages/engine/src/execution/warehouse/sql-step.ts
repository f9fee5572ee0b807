/** An attempt of a sql step: the text with its values filled in, run as the tenant's role in one transaction. */
import { type AttemptResult, type PlannedSqlStep, type RenderedSql, renderSql } from '@cairn/domain'
import type { WarehouseSession } from '@cairn/store'
import type { AttemptConclusion } from '../attempt-conclusion.ts'
import { describeSqlError, describeTag } from './describe-sql-error.ts'
import { failed, type Note, runInWarehouse, type WarehouseAttempt, type WarehouseRuntime } from './warehouse-attempt.ts'

/** Rejects only when `signal` aborts or the process is not the owner any more. */
export function runSqlAttempt(
  runtime: WarehouseRuntime,
  attempt: WarehouseAttempt<PlannedSqlStep>,
): Promise<AttemptConclusion> {
  return runInWarehouse(runtime, attempt, async (note) => {
    const { query } = attempt.planned
    if (query.from === 'repository') return failed('queries of repositories are not supported by this version of Cairn')
    await note(`query ${query.path}, version ${query.version}`)
    const rendered = renderSql(query.text, attempt.env)
    if (rendered.kind === 'refused') return failed(rendered.reason)
    return (session, noteInSession) => runText(session, noteInSession, { template: query.text, rendered })
  })
}

interface FilledText {
  readonly template: string
  readonly rendered: RenderedSql
}

async function runText(session: WarehouseSession, note: Note, text: FilledText): Promise<AttemptResult> {
  const outcome = await session.run(text.rendered.text, {
    onCommand: (tag) => note(describeTag(tag)),
    onNotice: ({ severity, message }) => note(`${severity}: ${message}`),
    onCopyData: () => undefined,
  })
  switch (outcome.kind) {
    case 'done':
      return { kind: 'succeeded', outputs: {} }
    case 'refused':
      if (outcome.error.detail !== null) await note(`detail: ${outcome.error.detail}`)
      return failed(describeSqlError(outcome.error, text))
    case 'open_transaction':
      return failed('the text begins a transaction and does not end it; what it did since was rolled back')
    case 'broken':
      return { kind: 'lost', reason: `the session on the warehouse broke: ${outcome.reason}` }
    default:
      return outcome satisfies never
  }
}
