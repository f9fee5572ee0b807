/**
 * From the engine's log of a container to the log store, until the container has ended.
 *
 * A pump that goes on, after a crash, a broken stream or a second writer, neither loses nor doubles lines (`handover.ts`).
 * It holds a batch of the engine and what the writer buffers, however long the log: the engine is read no faster than lines
 * are stored.
 */
import { setTimeout as pause } from 'node:timers/promises'
import type { SecretMask } from '@cairn/domain'
import { DriverError, type EngineDriver, type WorkloadName } from '@cairn/driver'
import { appendOwnedLogLines, type Db, type LogLine, type LogRest, LogWriter, readRecentChunks } from '@cairn/store'
import { Handover, handoverOverlapMs } from './handover.ts'
import type { EngineSilence } from './log-end.ts'
import { maskLines } from './mask-lines.ts'

const retryMs = 500

export interface LogTarget {
  readonly db: Db
  /** The engine process that owns the run: lines are stored only while it lives. null = nobody owns the stream. */
  readonly processId: string | null
  readonly stream: string
  /** True when lines of this container may be stored already. */
  readonly resumes: boolean
  /** Takes secrets out of every line. */
  readonly mask: SecretMask
  /** Told when the engine is waited for. */
  readonly silence: EngineSilence
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
    const handover = resumes ? await recallStored(target, signal) : new Handover()
    const writer = openWriter(target)
    try {
      await follow(driver, name, { writer, handover, target }, signal)
    } finally {
      // After an abort nothing more may be written: whoever owns the run next reads the same lines again.
      if (signal.aborted) await writer.close(signal).catch(() => undefined)
    }
    const rest = target.processId === null ? await storeAll(writer, signal) : await writer.closeWithRest(signal)
    if (rest !== 'superseded') return rest
    await pause(retryMs, undefined, { signal })
  }
}

/** However long the database is away: what it holds must not be stored twice. */
async function recallStored({ db, stream, onError }: LogTarget, signal: AbortSignal): Promise<Handover> {
  for (;;) {
    signal.throwIfAborted()
    const handover = new Handover()
    try {
      for await (const lines of readRecentChunks(db, stream, handoverOverlapMs)) handover.remember(lines)
      return handover
    } catch (error) {
      onError(error)
      await pause(retryMs, undefined, { signal })
    }
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
  log: { readonly writer: LogWriter; readonly handover: Handover; readonly target: LogTarget },
  signal: AbortSignal,
): Promise<void> {
  const { mask, silence } = log.target
  for (;;) {
    signal.throwIfAborted()
    const since = log.handover.since
    const fresh = log.handover.startReading()
    try {
      const lines = driver.logs(name, { since, follow: true }, { signal })
      silence.waits()
      for await (const batch of maskLines(lines, mask)) {
        silence.ends()
        for (const line of fresh(batch.map(({ at, text }) => ({ at: at.getTime(), text }))))
          await log.writer.write(line)
        if (log.writer.outcome === 'superseded') return
        silence.waits()
      }
      signal.throwIfAborted()
      return
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof DriverError)) throw error
      if (!error.retryable) return
      await pause(retryMs, undefined, { signal })
    } finally {
      silence.ends()
    }
  }
}
