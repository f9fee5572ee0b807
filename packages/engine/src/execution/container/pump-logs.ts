/**
 * From the engine's log of a container to the log store, until the container has ended.
 *
 * A pump that goes on, after a crash, a broken stream or a second writer, neither loses nor doubles lines: it reads again
 * from a second before the newest line that was handed on and leaves out, one for one, the lines that were. (Engines stamp
 * the two streams of a container slightly out of order; a second is far more than they differ.)
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { SecretMask } from '@cairn/domain'
import { DriverError, type EngineDriver, type WorkloadName } from '@cairn/driver'
import { appendOwnedLogLines, type Db, type LogLine, type LogRest, LogWriter, readRecentLines } from '@cairn/store'
import { maskLines } from './mask-lines.ts'

const overlapMs = 1000
const retryMs = 500

/** The newest lines that were handed on, to recognise them when they come again. */
export class Handover {
  #newest: number
  #recent: LogLine[]

  /** @param stored the newest lines in the store, at least those of its last second */
  constructor(stored: readonly LogLine[]) {
    this.#newest = stored.reduce((newest, line) => Math.max(newest, line.at), 0)
    this.#recent = stored.filter((line) => line.at >= this.#newest - overlapMs)
  }

  /** Where to read from; null = from the start. */
  get since(): Date | null {
    return this.#newest === 0 ? null : new Date(this.#newest - overlapMs)
  }

  /** Call before reading from {@link since}: answers a filter that drops the lines that were handed on before. */
  startReading(): (lines: readonly LogLine[]) => LogLine[] {
    const expected = new Map<string, number>()
    for (const line of this.#recent) expected.set(keyOf(line), (expected.get(keyOf(line)) ?? 0) + 1)
    return (lines) => {
      const fresh = expected.size === 0 ? [...lines] : lines.filter((line) => !takeOne(expected, keyOf(line)))
      this.#remember(fresh)
      return fresh
    }
  }

  #remember(lines: readonly LogLine[]): void {
    for (const line of lines) this.#newest = Math.max(this.#newest, line.at)
    const oldest = this.#newest - overlapMs
    this.#recent.push(...lines)
    // Kept for twice the overlap, so that a chatty log is not filtered at every batch.
    if ((this.#recent[0]?.at ?? oldest) < oldest - overlapMs) {
      this.#recent = this.#recent.filter((line) => line.at >= oldest)
    }
  }
}

function keyOf(line: LogLine): string {
  return `${line.at} ${line.text}`
}

function takeOne(expected: Map<string, number>, key: string): boolean {
  const left = expected.get(key) ?? 0
  if (left > 1) expected.set(key, left - 1)
  else expected.delete(key)
  return left > 0
}

export interface LogTarget {
  readonly db: Db
  /** The engine process that owns the run: lines are stored only while it lives. null = nobody owns the stream. */
  readonly processId: string | null
  readonly stream: string
  /** True when lines of this container may be stored already. */
  readonly resumes: boolean
  /** Takes secrets out of every line. */
  readonly mask: SecretMask
  readonly onStored: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Resolves when the container has ended and its log was read to the end. What is answered is the last of it, which the
 * run's owner stores with the end of the attempt; null, always without an owner: every line is durable. Rejects when
 * `signal` aborts. After another writer took the stream over, it goes on from what that one stored.
 */
export async function pumpLogs(
  driver: EngineDriver,
  name: WorkloadName,
  target: LogTarget,
  signal: AbortSignal,
): Promise<LogRest | null> {
  for (let resumes = target.resumes; ; resumes = true) {
    const stored = resumes ? await readRecentLines(target.db, target.stream, overlapMs) : []
    const writer = openWriter(target)
    try {
      await follow(driver, name, { writer, handover: new Handover(stored), mask: target.mask }, signal)
    } finally {
      // After an abort nothing more may be written: whoever owns the run next reads the same lines again.
      if (signal.aborted) await writer.close(signal).catch(() => undefined)
    }
    const rest = target.processId === null ? await storeAll(writer, signal) : await writer.closeWithRest(signal)
    if (rest !== 'superseded') return rest
    await pause(retryMs, undefined, { signal })
  }
}

async function storeAll(writer: LogWriter, signal: AbortSignal): Promise<'superseded' | null> {
  return (await writer.close(signal)) === 'written' ? null : 'superseded'
}

function openWriter({ db, processId, stream, onStored, onError }: LogTarget): LogWriter {
  if (processId === null) return new LogWriter(db, stream, { onStored, onError })
  const append = (to: string, sequence: number, lines: readonly LogLine[]) =>
    appendOwnedLogLines(db, processId, { stream: to, sequence, lines })
  return new LogWriter(db, stream, { append, onStored, onError })
}

async function follow(
  driver: EngineDriver,
  name: WorkloadName,
  log: { readonly writer: LogWriter; readonly handover: Handover; readonly mask: SecretMask },
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    signal.throwIfAborted()
    const since = log.handover.since
    const fresh = log.handover.startReading()
    try {
      const lines = driver.logs(name, { since, follow: true }, { signal })
      for await (const batch of maskLines(lines, log.mask)) {
        for (const line of fresh(batch.map(({ at, text }) => ({ at: at.getTime(), text }))))
          await log.writer.write(line)
        if (log.writer.outcome === 'superseded') return
      }
      signal.throwIfAborted()
      return
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DriverError)) throw error
      if (!error.retryable) return
      await pause(retryMs, undefined, { signal })
    }
  }
}
