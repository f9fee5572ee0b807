/**
 * Keeps the leases of all passes of one process.
 *
 * Always true: a pass whose signal is not aborted holds its lease, seen from this process: a lease counts from before the
 * statement that took or renewed it was sent, by the monotonic clock, and the pass is aborted `safetyMs` before it could
 * lapse. All leases are renewed by one statement; while that one hangs or fails, passes run into their own deadline.
 */
import type { Logger } from '@cairn/domain'
import { type Db, renewLeases, type WorkItem } from '@cairn/store'
import { LeaseLost } from './reconciler.ts'

export interface LeaseTimes {
  /** Milliseconds that a lease lasts unless it is renewed. */
  readonly leaseMs: number
  /** Milliseconds between two renewals. */
  readonly renewEveryMs: number
}

export interface HeldLease {
  readonly item: WorkItem
  readonly signal: AbortSignal
  abort(reason: Error): void
  /** The pass is over; nothing is renewed from now on. */
  release(): void
}

export interface LeaseKeeper {
  /** @param since `performance.now()` before the claim was sent */
  hold(item: WorkItem, since: number): HeldLease
  close(): void
}

interface Holding {
  readonly item: WorkItem
  readonly controller: AbortController
  deadline: NodeJS.Timeout
}

export function createLeaseKeeper(db: Db, times: LeaseTimes, logger: Logger): LeaseKeeper {
  const holdings = new Map<string, Holding>()
  const safetyMs = times.leaseMs / 12
  let isRenewing = false

  function armDeadline(item: WorkItem, controller: AbortController, since: number): NodeJS.Timeout {
    const lapsesInMs = since + times.leaseMs - safetyMs - performance.now()
    return setTimeout(() => controller.abort(new LeaseLost(item)), Math.max(lapsesInMs, 0))
  }

  async function renew(): Promise<void> {
    const since = performance.now()
    const asked = [...holdings.values()]
    const held = new Set(
      (
        await renewLeases(
          db,
          asked.map(({ item }) => item),
          times.leaseMs,
        )
      ).map(({ token }) => token),
    )
    for (const holding of asked) {
      if (!held.has(holding.item.token)) {
        holding.controller.abort(new LeaseLost(holding.item))
      } else if (holdings.get(holding.item.token) === holding && !holding.controller.signal.aborted) {
        clearTimeout(holding.deadline)
        holding.deadline = armDeadline(holding.item, holding.controller, since)
      }
    }
  }

  const timer = setInterval(() => {
    if (isRenewing || holdings.size === 0) return
    isRenewing = true
    renew()
      .catch((error: unknown) => logger.warn({ err: error }, 'work leases could not be renewed'))
      .finally(() => {
        isRenewing = false
      })
  }, times.renewEveryMs)

  return {
    hold(item, since) {
      const controller = new AbortController()
      const holding: Holding = { item, controller, deadline: armDeadline(item, controller, since) }
      holdings.set(item.token, holding)
      return {
        item,
        signal: controller.signal,
        abort: (reason) => controller.abort(reason),
        release() {
          clearTimeout(holding.deadline)
          holdings.delete(item.token)
        },
      }
    },
    close: () => clearInterval(timer),
  }
}
