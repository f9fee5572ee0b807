/**
 * This process as an owner of runs: registered, alive as long as it renews in time.
 *
 * Always true: `isHeld()` is false well before others may declare the process dead, judged by the monotonic
 * clock and from the moment *before* the last successful renewal was sent; so also after the process was stopped
 * (SIGSTOP, a paused machine) it knows at once. When the lease is lost, `lost` aborts, once and for all; the id is never
 * used again.
 */
import { type Database, declareDeadProcesses, registerEngineProcess, renewEngineProcess } from '@cairn/store'
import type { Logger } from '@cairn/domain'

export interface LeaseTiming {
  /** Milliseconds that others wait before they take over. */
  readonly leaseMs: number
  readonly renewEveryMs: number
}

/** The part of the lease that is kept as a margin. */
const safetyShare = 1 / 6
const retryMs = 200

export interface Lease {
  readonly processId: string
  readonly lost: AbortSignal
  isHeld(): boolean
  /** Gives the lease up: as lost. */
  abandon(reason: string): void
  /** Stops renewing. The caller then resigns in the database. */
  stop(): Promise<void>
}

/** Thrown by what must not act once the lease is lost. */
export class OwnershipLost extends Error {
  constructor(reason: string) {
    super(`this process does not own its runs any more: ${reason}`)
    this.name = 'OwnershipLost'
  }
}

/** Registers under a fresh id and keeps the lease; rejects when the database does not answer. */
export async function takeLease(database: Database, timing: LeaseTiming, logger: Logger): Promise<Lease> {
  let sentAt = performance.now()
  const processId = await registerEngineProcess(database.db, { leaseMs: timing.leaseMs })
  const lost = new AbortController()
  const stopped = new AbortController()
  const isHeld = () => !lost.signal.aborted && performance.now() < sentAt + timing.leaseMs * (1 - safetyShare)
  const abandon = (reason: string) => {
    if (!lost.signal.aborted) lost.abort(new OwnershipLost(reason))
  }
  const renew = async () => {
    if (!isHeld()) return abandon('the lease was not renewed in time')
    const now = performance.now()
    const renewed = await renewEngineProcess(database.db, processId, timing.leaseMs)
    if (renewed) sentAt = now
    else abandon('it was declared dead')
  }
  const loop = (async () => {
    let waitMs = timing.renewEveryMs
    while (await waitUnlessStopped(waitMs, [stopped.signal, lost.signal])) {
      try {
        await renew()
        waitMs = timing.renewEveryMs
      } catch (error) {
        logger.warn({ err: error }, 'the engine lease cannot be renewed now')
        waitMs = retryMs
      }
    }
  })()
  return {
    processId,
    lost: lost.signal,
    isHeld,
    abandon,
    stop: async () => {
      stopped.abort()
      await loop
    },
  }
}

/** False when one of the signals aborted. */
export async function waitUnlessStopped(ms: number, signals: readonly AbortSignal[]): Promise<boolean> {
  if (signals.some((signal) => signal.aborted)) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const end = () => resolve(false)
  const timer = setTimeout(() => resolve(true), ms)
  for (const signal of signals) signal.addEventListener('abort', end, { once: true })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    for (const signal of signals) signal.removeEventListener('abort', end)
  }
}

/** Declares processes dead whose lease ran out; answers whether there were any. */
export async function buryDeadProcesses(database: Database): Promise<boolean> {
  const dead = await database.transaction((tx) => declareDeadProcesses(tx))
  return dead.length > 0
}
