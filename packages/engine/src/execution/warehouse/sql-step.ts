/** An attempt of a sql step: the text with its values filled in, run as the tenant's role in one transaction. */
import { type AttemptResult, type PlannedSqlStep, type RenderedSql, renderSql } from '@cairn/domain'
import { describeSqlError, describeTag, type WarehouseSession } from '@cairn/store'
import type { AttemptConclusion } from '../attempt-conclusion.ts'
import { stoppedBy } from '../run-stop.ts'
import { repositoryToken } from '../secrets/read-attempt-secrets.ts'
import { failed, type Note, runInWarehouse, type WarehouseAttempt, type WarehouseRuntime } from './warehouse-attempt.ts'

/** As in the query store. */
const mostQueryBytes = 256 * 1024

/** Rejects only when `signal` aborts or the process is not the owner any more. */
export function runSqlAttempt(
  runtime: WarehouseRuntime,
  attempt: WarehouseAttempt<PlannedSqlStep>,
): Promise<AttemptConclusion> {
  return runInWarehouse(runtime, attempt, async (note) => {
    const read = await readQuery(runtime, attempt, note)
    if (read.kind !== 'read') return read
    const rendered = renderSql(read.template, attempt.env)
    if (rendered.kind === 'refused') return failed(rendered.reason)
    return (session, noteInSession) => runText(session, noteInSession, { template: read.template, rendered })
  })
}

type ReadQuery = { readonly kind: 'read'; readonly template: string } | AttemptResult

async function readQuery(
  runtime: WarehouseRuntime,
  attempt: WarehouseAttempt<PlannedSqlStep>,
  note: Note,
): Promise<ReadQuery> {
  const { query } = attempt.planned
  if (query.from === 'repository') return readFromRepository(runtime, attempt, query, note)
  await note(`query ${query.path}, version ${query.version}`)
  return { kind: 'read', template: query.text }
}

type RepositoryQuery = Extract<PlannedSqlStep['query'], { from: 'repository' }>

async function readFromRepository(
  { repositories }: WarehouseRuntime,
  { stop, signal: end, secrets }: WarehouseAttempt<PlannedSqlStep>,
  { repository, filePath }: RepositoryQuery,
  note: Note,
): Promise<ReadQuery> {
  const signal = AbortSignal.any([end, stop.signal])
  const where = `repository ${repository.url}, branch ${repository.branch}`
  try {
    const fetched = await repositories.fetch(repository, repositoryToken(secrets, repository), signal)
    if (fetched.kind === 'failed') return failed(`${where}: ${fetched.reason}`)
    try {
      const { commit, readFile } = fetched.repository
      const bytes = await readFile(filePath, mostQueryBytes, signal)
      if (bytes === null) return failed(`${where}: there is no file "${filePath}" of at most ${mostQueryBytes} bytes`)
      await note(`${where}: ${filePath} of commit ${commit}`)
      return { kind: 'read', template: bytes.toString('utf8') }
    } finally {
      await fetched.repository.close()
    }
  } catch (error) {
    end.throwIfAborted()
    if (stop.isAsked()) return stoppedBy(stop)
    throw error
  }
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
