/**
 * The durable queue of keys.
 *
 * Always true of a row: `token` null = scheduled for `available_at`; `token` set = leased until `available_at`, after
 * which anybody may claim it with a fresh token. `dirty` = the key was enqueued again while leased, so the pass that is
 * under way may have read too early and the key becomes due again when it ends. A key has one row, never two passes at
 * a time that can both commit.
 *
 * Lock order of every transaction in Cairn, top to bottom; a transaction that needs a higher row later starts over:
 *   1. the parent row (execution, service, build), FOR UPDATE
 *   2. the own work row, by `holdLease`
 *   3. other rows
 *   4. other work rows, by `enqueueWork`, all in one call (it sorts them)
 * A pass enqueues only kinds that stand after its own in `sweep → schedule → build → image → service → notification`, so that
 * two passes can never wait for each other's own row; `domain` its own kind only, for claims whose row it has locked. `claimWork` and `renewLeases` lock many rows but wait for none.
 */
import type { WorkKind } from './work-kind.ts'

/** A claimed key. Whatever is written for it goes into a transaction in which `holdLease` answered true. */
export interface WorkItem {
  readonly kind: WorkKind
  readonly key: string
  /** Made anew by each claim; the proof of ownership. */
  readonly token: string
  /** Passes in a row that failed or died. */
  readonly failures: number
}

export interface WorkRequest {
  readonly kind: WorkKind
  readonly key: string
  /** Milliseconds from now; 0 by default. An earlier time that is already set is kept. */
  readonly delayMs?: number
}
