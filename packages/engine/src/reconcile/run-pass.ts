/**
 * One pass over one claimed key, and the writing of its result into the queue. Never rejects: a result that cannot be
 * written leaves the lease to lapse, and the key is claimed again.
 */
import type { Logger } from '@cairn/domain'
import { type Database, failWork, finishWork, holdLease, requeueWork, type Tx, type WorkItem } from '@cairn/store'
import type { HeldLease } from './lease-keeper.ts'
import { LeaseLost, type Reconciler, type ReconcileResult } from './reconciler.ts'

/** The reason of a pass's signal when the loop stops; what the pass did not finish is due again at once. */
export class LoopStopping extends Error {
  constructor() {
    super('the engine is stopping')
    this.name = 'LoopStopping'
  }
}

type Ending = ReconcileResult | { readonly kind: 'lost' }

export async function runPass(
  database: Database,
  reconciler: Reconciler,
  lease: HeldLease,
  logger: Logger,
): Promise<void> {
  const { item } = lease
  const ending = await reconcileOnce(reconciler, lease)
  if (ending.kind === 'failed') {
    const fields = { kind: item.kind, key: item.key, failures: item.failures + 1, err: ending.error }
    logger.error(fields, 'a pass failed and will be repeated after a pause')
  }
  try {
    const kept = ending.kind !== 'lost' && (await database.transaction((tx) => settle(tx, item, ending)))
    if (!kept) logger.warn({ kind: item.kind, key: item.key }, 'another process took this work over')
  } catch (error) {
    logger.error({ kind: item.kind, key: item.key, err: error }, 'the end of a pass could not be recorded')
  }
}

async function reconcileOnce(reconciler: Reconciler, lease: HeldLease): Promise<Ending> {
  const { item, signal } = lease
  const hold = async (tx: Tx): Promise<void> => {
    if (!(await holdLease(tx, item))) throw new LeaseLost(item)
  }
  try {
    return await reconciler.reconcile(item, { signal, holdLease: hold })
  } catch (error) {
    if (error instanceof LeaseLost || signal.reason instanceof LeaseLost) return { kind: 'lost' }
    if (signal.reason instanceof LoopStopping) return { kind: 'requeue', afterMs: 0 }
    return { kind: 'failed', error }
  }
}

function settle(tx: Tx, item: WorkItem, result: ReconcileResult): Promise<boolean> {
  if (result.kind === 'done') return finishWork(tx, item)
  return result.kind === 'requeue' ? requeueWork(tx, item, result.afterMs) : failWork(tx, item)
}
