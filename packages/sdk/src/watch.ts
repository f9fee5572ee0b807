/**
 * Waiting for things on the server by reading them again and again. A server that is away for a moment (a restart, a
 * deploy) does not end the waiting: it goes on for {@link WatchOptions.toleranceMs}.
 */
import { CairnConnectionError, CairnTimeoutError, ServerError } from './errors.ts'
import type { CallOptions } from './transport/call-options.ts'
import { pause } from './transport/pause.ts'

/**
 * Options of following a log.
 *
 * @example
 * const lines = client.images.followBuildLogs(imageId, buildId, { signal: AbortSignal.timeout(60_000) })
 */
export interface WatchOptions extends Pick<CallOptions, 'signal' | 'headers'> {
  /** Milliseconds between two looks while nothing changes. Default 500. */
  readonly pollMs?: number | undefined
  /** Milliseconds for which the server may be away before that is an error. Default 60 000. */
  readonly toleranceMs?: number | undefined
  /** Called when the server is found to be away, once until it answers again. Default: nothing is told. */
  readonly onAway?: ((error: Error) => void) | undefined
}

/**
 * Options of waiting for an end.
 *
 * @example
 * await client.images.waitForBuild(imageId, buildId, { timeoutMs: 600_000 })
 */
export interface WaitOptions extends WatchOptions {
  /** Milliseconds after which waiting is given up with a {@link CairnTimeoutError}. Default 30 minutes. */
  readonly timeoutMs?: number | undefined
}

const defaults = { pollMs: 500, toleranceMs: 60_000, timeoutMs: 30 * 60_000 }

/** What each single reading gets of them. */
function callOf({ signal, headers }: WatchOptions): CallOptions {
  return { signal, headers }
}

function isAway(error: unknown): error is Error {
  return error instanceof CairnConnectionError || (error instanceof ServerError && error.status !== 501)
}

/** Reads; while the server is away, again every `pollMs` until `toleranceMs` are over. */
async function readThroughOutage<T>(read: () => Promise<T>, options: WatchOptions): Promise<T> {
  const { signal, pollMs = defaults.pollMs, toleranceMs = defaults.toleranceMs, onAway } = options
  const deadline = performance.now() + toleranceMs
  for (let failures = 0; ; failures += 1) {
    try {
      return await read()
    } catch (error) {
      if (!isAway(error) || performance.now() >= deadline) throw error
      if (failures === 0) onAway?.(error)
      await pause(pollMs, signal)
    }
  }
}

/**
 * Reads until `isDone`.
 *
 * @param what - names the thing in the error of a time-out.
 * @throws CairnTimeoutError when `timeoutMs` are over.
 */
export async function waitUntil<T>(
  what: string,
  read: (call: CallOptions) => Promise<T>,
  isDone: (value: T) => boolean,
  options: WaitOptions,
): Promise<T> {
  const { signal, pollMs = defaults.pollMs, timeoutMs = defaults.timeoutMs } = options
  const deadline = performance.now() + timeoutMs
  for (;;) {
    const value = await readThroughOutage(() => read(callOf(options)), options)
    if (isDone(value)) return value
    if (performance.now() + pollMs > deadline)
      throw new CairnTimeoutError(`${what} was not done within ${timeoutMs} ms`)
    await pause(pollMs, signal)
  }
}

/** One answer of a log. */
export interface LogChunk<Line> {
  readonly lines: readonly Line[]
  readonly nextToken: string
  /** True when the writer of the log is done. */
  readonly ended: boolean
}

/** Yields the lines of a log as they come, until its writer is done and every line has been read. */
export async function* followLog<Line>(
  read: (nextToken: string | undefined, call: CallOptions) => Promise<LogChunk<Line>>,
  options: WatchOptions & { nextToken?: string | undefined },
): AsyncGenerator<Line> {
  const { signal, pollMs = defaults.pollMs } = options
  let nextToken = options.nextToken
  for (;;) {
    const token = nextToken
    const chunk = await readThroughOutage(() => read(token, callOf(options)), options)
    yield* chunk.lines
    nextToken = chunk.nextToken
    if (chunk.lines.length > 0) continue
    if (chunk.ended) return
    await pause(pollMs, signal)
  }
}
