/**
 * Reads several streams as one, by time.
 *
 * Always true: a stream's own lines keep their order; of each stream at most {@link mostBytes} and a chunk are in memory;
 * a stream is opened before a line is taken that is not older than its beginning. Lines of a live stream that are not
 * stored yet are not waited for.
 */
import { sql } from 'kysely'
import type { Db } from '../database/database.ts'
import { decodeLines, type LogLine } from '../logs/log-line.ts'
import { type LogPosition, startOfLog } from '../logs/log-token.ts'
import type { ServiceLogStream } from './find-streams.ts'

/** A line of a service. */
export interface ServiceLogLine extends LogLine {
  /** Name of the instance that wrote it. */
  readonly instance: string
  readonly revision: number
}

interface Pending {
  readonly line: LogLine
  /** Where its stream goes on after it. */
  readonly next: LogPosition
}

interface OpenStream {
  readonly of: ServiceLogStream
  position: LogPosition
  pending: Pending[]
  /** Nothing more is stored. */
  isDry: boolean
}

const mostChunks = 16
const mostBytes = 131_072
/** Streams opened together, as opening costs a query. */
const openedAtOnce = 8

export class StreamMerge {
  readonly #db: Db
  readonly #sinceMs: number | null
  readonly #positions: ReadonlyMap<number, LogPosition>
  readonly #unopened: ServiceLogStream[]
  #open: OpenStream[] = []

  /** @param streams in the order of their numbers */
  constructor(
    db: Db,
    streams: readonly ServiceLogStream[],
    from: { readonly positions: ReadonlyMap<number, LogPosition>; readonly sinceMs: number | null },
  ) {
    this.#db = db
    this.#positions = from.positions
    this.#sinceMs = from.sinceMs
    this.#unopened = [...streams]
  }

  /** The next line, which {@link take} takes; null = no more is stored. */
  async peek(): Promise<LogLine | null> {
    for (;;) {
      await this.#refill()
      const head = this.#earliest()?.pending[0]?.line ?? null
      const [next] = this.#unopened
      if (next === undefined || (head !== null && head.at < next.createdAt)) return head
      for (const of of this.#unopened.splice(0, openedAtOnce)) {
        this.#open.push({ of, position: this.#positions.get(of.number) ?? startOfLog, pending: [], isDry: false })
      }
    }
  }

  /** Call after {@link peek} answered a line. */
  take(): ServiceLogLine {
    const stream = this.#earliest()
    const first = stream?.pending.shift()
    if (stream === undefined || first === undefined) throw new Error('no line was peeked at')
    stream.position = first.next
    return { ...first.line, instance: stream.of.instance, revision: stream.of.revision }
  }

  /** Number of the last stream that was opened; null = none. */
  get lastOpened(): number | null {
    return this.#open.at(-1)?.of.number ?? null
  }

  /** Where the streams go on of which more may come. Those that were not opened and have a position keep it. */
  positions(): Map<number, LogPosition> {
    const isOver = ({ of, pending, isDry }: OpenStream): boolean =>
      pending.length === 0 && isDry && of.endedAt !== Number.POSITIVE_INFINITY
    const waiting = this.#unopened.flatMap(({ number }): [number, LogPosition][] => {
      const position = this.#positions.get(number)
      return position === undefined ? [] : [[number, position]]
    })
    const open = this.#open.filter((stream) => !isOver(stream))
    return new Map([...open.map(({ of, position }): [number, LogPosition] => [of.number, position]), ...waiting])
  }

  #earliest(): OpenStream | undefined {
    let found: OpenStream | undefined
    let foundAt = Number.POSITIVE_INFINITY
    for (const stream of this.#open) {
      const at = stream.pending[0]?.line.at
      if (at === undefined || at >= foundAt) continue
      found = stream
      foundAt = at
    }
    return found
  }

  async #refill(): Promise<void> {
    const empty = this.#open.filter(({ pending, isDry }) => pending.length === 0 && !isDry)
    if (empty.length === 0) return
    const byStream = new Map(empty.map((stream) => [stream.of.stream, stream]))
    for (const stream of empty) stream.isDry = true
    for (const { stream: name, sequence, lines } of await this.#readChunks(empty)) {
      const stream = byStream.get(name)
      if (stream === undefined) continue
      stream.isDry = false
      const begin = stream.position.sequence === sequence ? stream.position.index : 0
      stream.pending.push(...pendingOf(sequence, decodeLines(lines), begin).filter(this.#isWanted))
      if (stream.pending.length === 0) stream.position = { sequence: sequence + 1, index: 0 }
    }
  }

  readonly #isWanted = ({ line }: Pending): boolean => this.#sinceMs === null || line.at >= this.#sinceMs

  /** Their sizes are known without reading them. Index: primary key, from each position on. */
  async #readChunks(streams: readonly OpenStream[]): Promise<{ stream: string; sequence: number; lines: string }[]> {
    const since = this.#sinceMs === null ? null : new Date(this.#sinceMs)
    const { rows } = await sql<{ stream: string; sequence: number; lines: string }>`
      select c.stream, c.sequence, c.lines
      from unnest(
        ${streams.map(({ of }) => of.stream)}::text[], ${streams.map(({ position }) => position.sequence)}::integer[]
      ) as f (stream, sequence)
      cross join lateral (
        select stream, sequence, lines, sum(octet_length(lines)) over (order by sequence) - octet_length(lines) as before
        from (
          select stream, sequence, lines from log_chunk
          where stream = f.stream and sequence >= f.sequence
            and (${since}::timestamptz is null or last_at >= ${since}::timestamptz)
          order by sequence limit ${mostChunks}
        ) next
      ) c
      where c.before < ${mostBytes}
      order by c.stream, c.sequence`.execute(this.#db)
    return rows
  }
}

function pendingOf(sequence: number, lines: readonly LogLine[], begin: number): Pending[] {
  const after = (index: number): LogPosition =>
    index + 1 < lines.length ? { sequence, index: index + 1 } : { sequence: sequence + 1, index: 0 }
  return lines.map((line, index) => ({ line, next: after(index) })).slice(begin)
}
