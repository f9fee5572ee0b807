/** An attempt of an export step: a table, sorted, as CSV into the object store, in memory that does not grow with it. */
import { PassThrough, pipeline, type Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { AttemptResult, PlannedExportStep } from '@cairn/domain'
import {
  describeSqlError,
  insertExport,
  type PutResult,
  type StatementsOutcome,
  type WarehouseSession,
} from '@cairn/store'
import type { AttemptConclusion } from '../attempt-conclusion.ts'
import { OwnershipLost } from '../keep-lease.ts'
import { failed, type Note, runInWarehouse, type WarehouseAttempt, type WarehouseRuntime } from './warehouse-attempt.ts'

const mostExportBytes = 256 * 1024 ** 3
/** Bytes that wait between the warehouse and the object store. */
const bufferedBytes = 256 * 1024

type ExportAttempt = WarehouseAttempt<PlannedExportStep>

/** Rejects only when `signal` aborts or the process is not the owner any more. */
export function runExportAttempt(runtime: WarehouseRuntime, attempt: ExportAttempt): Promise<AttemptConclusion> {
  return runInWarehouse(runtime, attempt, async () => (session, note) => exportTable(runtime, attempt, session, note))
}

async function exportTable(
  runtime: WarehouseRuntime,
  attempt: ExportAttempt,
  session: WarehouseSession,
  note: Note,
): Promise<AttemptResult> {
  const missing = await findMissing(session, attempt.planned)
  if (missing !== null) return missing
  const { outcome, stored, rowCount } = await copyToStore(runtime, attempt.planned, session)
  if (stored instanceof Error) return failed(`the file cannot be stored: ${stored.message}`)
  if (stored?.kind === 'too_large') return failed(`the file has more than ${mostExportBytes} bytes`)
  if (outcome.kind !== 'done' || stored === null) return resultOf(outcome)
  const name = exportName(attempt)
  const { tenantId, workflowId, executionId, step } = attempt
  const { sha256, sizeBytes } = stored
  const file = { tenantId, workflowId, executionId, step, name, sha256, sizeBytes, rowCount }
  const recorded = await insertExport(runtime.database, runtime.objectStore, runtime.processId, file)
  if (recorded === 'dead') throw new OwnershipLost('it was declared dead')
  if (recorded === 'gone') return { kind: 'lost', reason: 'the stored file was removed before it was recorded' }
  await note(`${rowCount} ${rowCount === 1 ? 'row' : 'rows'}, ${sizeBytes} bytes in ${name}`)
  return { kind: 'succeeded', outputs: {} }
}

/** `exports/<workflow>/<execution>/<step>/<table>.csv[.gz]`, the table's name percent-encoded. */
function exportName({ workflowId, executionId, step, planned }: ExportAttempt): string {
  const table = encodeURIComponent(planned.table.toWellFormed())
  return `exports/${workflowId}/${executionId}/${step}/${table}.csv${planned.compression ? '.gz' : ''}`
}

const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`
const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

const tableOf = (planned: PlannedExportStep): string => `${quoteName(planned.schema)}.${quoteName(planned.table)}`

/** A name that is no column may still mean something to `order by`, such as the whole row. */
async function findMissing(session: WarehouseSession, planned: PlannedExportStep): Promise<AttemptResult | null> {
  let tag = ''
  const outcome = await session.run(
    `select from pg_catalog.pg_attribute where attrelid = ${quoteText(tableOf(planned))}::pg_catalog.regclass
      and attname = ${quoteText(planned.sortBy)} and attnum > 0 and not attisdropped`,
    {
      onCommand: (command) => {
        tag = command
      },
      onNotice: () => undefined,
      onCopyData: () => undefined,
    },
  )
  if (outcome.kind !== 'done') return resultOf(outcome)
  return tag === 'SELECT 1'
    ? null
    : failed(`sortBy: table ${tableOf(planned)} has no column ${quoteName(planned.sortBy)}`)
}

interface Copied {
  readonly outcome: StatementsOutcome
  /** null = nothing was kept, since the copy did not end well. */
  readonly stored: PutResult | Error | null
  readonly rowCount: number
}

async function copyToStore(
  { objectStore }: WarehouseRuntime,
  planned: PlannedExportStep,
  session: WarehouseSession,
): Promise<Copied> {
  const rows = new PassThrough({ highWaterMark: bufferedBytes })
  const file: Readable = planned.compression ? pipeline(rows, createGzip(), () => undefined) : rows
  const storing: Promise<PutResult | Error> = objectStore
    .put(file, { maxBytes: mostExportBytes })
    .catch((error: unknown) => (error instanceof Error ? error : new Error(String(error))))
  const closed = new Promise<void>((resolve) => rows.on('error', () => undefined).once('close', resolve))
  let rowCount = 0
  const statement = `copy (select * from ${tableOf(planned)} order by ${quoteName(planned.sortBy)} ${planned.sortOrder}) to stdout with (format csv, header true, encoding 'UTF8')`
  const outcome = await session.run(statement, {
    onCommand: (tag) => {
      rowCount = Number(/^COPY (\d+)$/.exec(tag)?.[1] ?? 0)
    },
    onNotice: () => undefined,
    onCopyData: async (bytes) => {
      if (rows.destroyed) throw new Error('the file is not stored any further')
      if (!rows.write(bytes)) await Promise.race([drained(rows), closed])
    },
  })
  if (outcome.kind === 'done') {
    rows.end()
    return { outcome, stored: await storing, rowCount }
  }
  const wasStopped = rows.destroyed
  rows.destroy(new Error('the copy did not end'))
  const stored = await storing
  return { outcome, stored: wasStopped ? stored : null, rowCount }
}

function drained(rows: PassThrough): Promise<void> {
  return new Promise((resolve) => rows.once('drain', resolve))
}

function resultOf(outcome: StatementsOutcome): AttemptResult {
  switch (outcome.kind) {
    case 'refused':
      return failed(describeSqlError(outcome.error, null))
    case 'broken':
      return { kind: 'lost', reason: `the session on the warehouse broke: ${outcome.reason}` }
    case 'done':
    case 'open_transaction':
      return failed('the copy ended otherwise than it should')
    default:
      return outcome satisfies never
  }
}
