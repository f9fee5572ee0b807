/**
 * The write path of runs: everything that an owner has to say about all its runs, in one statement, which is one
 * transaction, one round trip and one fsync.
 *
 * Always true: the statement writes only while the owner's `engine_process` row is alive, and holds that row FOR KEY
 * SHARE until the commit, as `holdEngineProcess` does. Whoever declares the process dead locks the row FOR UPDATE first;
 * a flush that began before and reaches the row after that waits, reads the row again and writes nothing.
 *
 * Lock order: engine_process (shared), then execution_event and log_chunk by insert, then execution, then work by insert.
 */
import type { RecordedRunEvent } from '@cairn/domain'
import type { Pool } from 'pg'
import { encodeLines } from '../logs/log-line.ts'
import { toEventColumns } from './run-event-row.ts'

export interface AppendedRunEvent extends RecordedRunEvent {
  readonly executionId: string
}

/** The end of a run: follows from its `run.finished`, which is in the same flush. */
export interface FinishedExecution {
  readonly executionId: string
  readonly status: 'success' | 'failed' | 'stopped'
  readonly reason: string | null
  /** Epoch milliseconds. */
  readonly at: number
  /** Whether somebody is to be told: `watched` of the plan. */
  readonly watched: boolean
}

/** A chunk of a step's log that belongs to an event of the same flush. Nobody else writes the stream. */
export interface AppendedLogChunk {
  readonly stream: string
  readonly sequence: number
  /** At least one; `at` is in epoch milliseconds. */
  readonly lines: readonly { readonly at: number; readonly text: string }[]
}

export interface RunFlush {
  readonly events: readonly AppendedRunEvent[]
  readonly finished: readonly FinishedExecution[]
  readonly logs: readonly AppendedLogChunk[]
  /**
   * True when an earlier try of the same flush may have committed (its connection broke): rows that are there already
   * are then its own, for nobody else may write events of the owner's runs.
   */
  readonly repeated: boolean
}

/** `fenced`: the process was declared dead; nothing was written and nothing ever will be under this id. */
export type FlushResult = 'flushed' | 'fenced'

/** Watched runs add work, in the same statement; the statement of all other flushes does not know of it. */
const notified = `
), notified as (
  insert into work (kind, key)
  select 'notification', 'finished:' || ended.id from fence, unnest($19::uuid[]) as ended (id)
  on conflict (kind, key) do nothing`

const flushStatement = (onConflict: string, forWatched: string) => `
with fence as materialized (
  select id from engine_process where id = $1 and alive for key share
), appended as (
  insert into execution_event (execution_id, sequence, at, type, step, attempt, data)
  select e.execution_id, e.sequence, to_timestamp(e.at / 1000), e.type, e.step, e.attempt, e.data
  from fence, unnest($2::uuid[], $3::integer[], $4::float8[], $5::text[], $6::text[], $7::integer[], $8::jsonb[])
    as e (execution_id, sequence, at, type, step, attempt, data)
  ${onConflict}
), logged as (
  insert into log_chunk (stream, sequence, first_at, last_at, line_count, lines)
  select l.stream, l.sequence, to_timestamp(l.first_at / 1000), to_timestamp(l.last_at / 1000), l.line_count, l.lines
  from fence, unnest($9::text[], $10::integer[], $11::float8[], $12::float8[], $13::integer[], $14::text[])
    as l (stream, sequence, first_at, last_at, line_count, lines)
  on conflict (stream, sequence) do nothing
), finished as (
  update execution set status = f.status, reason = f.reason, finished_at = to_timestamp(f.at / 1000), owner = null
  from fence, unnest($15::uuid[], $16::text[], $17::text[], $18::float8[]) as f (id, status, reason, at)
  where execution.id = f.id and execution.owner = fence.id${forWatched}
)
select id from fence`

const again = 'on conflict (execution_id, sequence) do nothing'
const firstTry = {
  plain: { name: 'flush-run-events', text: flushStatement('', '') },
  watched: { name: 'flush-watched-run-events', text: flushStatement('', notified) },
}
const repeatedTry = {
  plain: { name: 'flush-run-events-again', text: flushStatement(again, '') },
  watched: { name: 'flush-watched-run-events-again', text: flushStatement(again, notified) },
}

/** PostgreSQL's text and jsonb hold neither NUL nor half a surrogate pair. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '')
}

/**
 * Appends the events, stores the logs and ends the finished runs: all of it durably, or nothing. Rejects when the
 * database cannot tell; the caller then tries the same flush again as `repeated`. For a watched run that ends there is
 * work of the kind `notification` afterwards; the caller gives the hint `work`.
 */
export async function flushRunEvents(pool: Pool, ownerId: string, flush: RunFlush): Promise<FlushResult> {
  const statements = flush.repeated ? repeatedTry : firstTry
  const values = [ownerId, ...eventArrays(flush.events), ...logArrays(flush.logs), ...finishedArrays(flush.finished)]
  const watched = flush.finished.filter((run) => run.watched).map((run) => run.executionId)
  const result = await pool.query(
    watched.length === 0 ? { ...statements.plain, values } : { ...statements.watched, values: [...values, watched] },
  )
  return result.rows.length === 1 ? 'flushed' : 'fenced'
}

function eventArrays(events: readonly AppendedRunEvent[]): unknown[] {
  const columns = events.map(({ event }) => toEventColumns(event))
  return [
    events.map((event) => event.executionId),
    events.map((event) => event.sequence),
    events.map((event) => event.at),
    columns.map((column) => column.type),
    columns.map((column) => column.step),
    columns.map((column) => column.attempt),
    columns.map(({ data }) => (data === null ? null : storableJson(data))),
  ]
}

function storableJson(data: object): string {
  return JSON.stringify(data, (_key, value: unknown) => (typeof value === 'string' ? storable(value) : value))
}

function logArrays(logs: readonly AppendedLogChunk[]): unknown[] {
  return [
    logs.map((log) => log.stream),
    logs.map((log) => log.sequence),
    logs.map((log) => log.lines.reduce((least, line) => Math.min(least, line.at), Infinity)),
    logs.map((log) => log.lines.reduce((most, line) => Math.max(most, line.at), -Infinity)),
    logs.map((log) => log.lines.length),
    logs.map((log) => encodeLines(log.lines)),
  ]
}

function finishedArrays(finished: readonly FinishedExecution[]): unknown[] {
  return [
    finished.map((run) => run.executionId),
    finished.map((run) => run.status),
    finished.map((run) => (run.reason === null ? null : storable(run.reason))),
    finished.map((run) => run.at),
  ]
}
