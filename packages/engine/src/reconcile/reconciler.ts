import type { Tx, WorkItem } from '@cairn/store'

/** What a pass found out; the loop writes it into the queue under the item's lease. */
export type ReconcileResult =
  /** Nothing is left to do until something enqueues the key again. */
  | { readonly kind: 'done' }
  /** Look again after this long, in milliseconds, or as soon as something enqueues the key. */
  | { readonly kind: 'requeue'; readonly afterMs: number }
  /** Look again after a growing pause, because of this error; as throwing it, which is the ordinary way. */
  | { readonly kind: 'failed'; readonly error: unknown }

export interface ReconcileContext {
  /** Aborted before the lease can lapse when it is not renewed, when it is lost, and when the loop stops. */
  readonly signal: AbortSignal
  /**
   * Call first in every writing transaction, right after its parent row (build, service) is locked. While that
   * transaction is open nobody else can take the item.
   *
   * @throws LeaseLost when another process took the item over: let it pass, so that the transaction rolls back.
   */
  readonly holdLease: (tx: Tx) => Promise<void>
}

/**
 * Brings one kind of thing nearer to its wanted state. Level-triggered: a pass is told only the key, re-reads everything,
 * and may be repeated at any point after a crash, so each of its effects is idempotent by name or guarded by a status.
 */
export interface Reconciler {
  readonly kind: WorkItem['kind']
  /** Most passes of this kind that one process runs at a time. */
  readonly concurrency: number
  reconcile(item: WorkItem, context: ReconcileContext): Promise<ReconcileResult>
}

/** Ends a pass whose work item belongs to another process now. */
export class LeaseLost extends Error {
  constructor(item: Pick<WorkItem, 'kind' | 'key'>) {
    super(`the lease of ${item.kind} ${item.key} was lost`)
    this.name = 'LeaseLost'
  }
}
