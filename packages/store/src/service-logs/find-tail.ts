import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { decodeLines } from '../logs/log-line.ts'
import { type LogPosition, startOfLog } from '../logs/log-token.ts'
import type { ServiceKey } from '../service-state/service-key.ts'
import { findLatestStreams, type ServiceLogFilter, type ServiceLogStream } from './find-streams.ts'
import type { ServiceLogPosition } from './service-log-token.ts'

/** A stream that is read from its end backwards. */
interface BackwardStream {
  readonly of: ServiceLogStream
  /** Times of the lines of the chunk that is looked at, of which those up to `left` are not taken. */
  times: readonly number[]
  left: number
  sequence: number | null
  position: LogPosition
  /** A line of it was taken. */
  isTaken: boolean
}

const openedAtOnce = 8

/** The position from which on there are `count` lines. At most a chunk of each stream is in memory. */
export async function findTail(
  db: Db,
  service: ServiceKey,
  filter: ServiceLogFilter,
  count: number,
): Promise<ServiceLogPosition> {
  const unopened = [...(await findLatestStreams(db, service, filter))]
  const high = unopened.reduce((highest, { number }) => Math.max(highest, number), 0)
  const open: BackwardStream[] = []
  for (let taken = 0; taken < count; ) {
    const head = latestOf(open)
    const [next] = unopened
    if (next !== undefined && (head === undefined || next.endedAt >= timeOf(head))) {
      const opened = unopened.splice(0, openedAtOnce).map(toBackward)
      open.push(...opened)
      await Promise.all(opened.map((stream) => readBefore(db, stream)))
      continue
    }
    if (head === undefined) break
    head.left -= 1
    head.isTaken = true
    head.position = { sequence: head.sequence ?? 0, index: head.left }
    taken += 1
    if (head.left === 0) await readBefore(db, head)
  }
  const kept = open.filter(({ of, isTaken }) => isTaken || of.endedAt === Number.POSITIVE_INFINITY)
  const alive = unopened.filter(({ endedAt }) => endedAt === Number.POSITIVE_INFINITY)
  const positions = kept.map(({ of, position }): [number, LogPosition] => [of.number, position])
  return {
    high,
    open: new Map([...positions, ...alive.map(({ number }): [number, LogPosition] => [number, startOfLog])]),
  }
}

function toBackward(of: ServiceLogStream): BackwardStream {
  return { of, times: [], left: 0, sequence: null, position: startOfLog, isTaken: false }
}

function timeOf({ times, left }: BackwardStream): number {
  return times[left - 1] ?? Number.NEGATIVE_INFINITY
}

function latestOf(streams: readonly BackwardStream[]): BackwardStream | undefined {
  return streams
    .filter(({ left }) => left > 0)
    .reduce<BackwardStream | undefined>((best, each) => (best && timeOf(best) >= timeOf(each) ? best : each), undefined)
}

/** Index: primary key, backwards. */
async function readBefore(db: Db, stream: BackwardStream): Promise<void> {
  const { rows } = await sql<{ sequence: number; lines: string }>`
    select sequence, lines from log_chunk
    where stream = ${stream.of.stream} and (${stream.sequence}::integer is null or sequence < ${stream.sequence}::integer)
    order by sequence desc limit 1`.execute(db)
  const [chunk] = rows
  stream.times = chunk === undefined ? [] : decodeLines(chunk.lines).map(({ at }) => at)
  stream.left = stream.times.length
  if (chunk === undefined) return
  if (stream.sequence === null) stream.position = { sequence: chunk.sequence + 1, index: 0 }
  stream.sequence = chunk.sequence
}
