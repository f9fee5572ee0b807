/**
 * What images need of the engine beside their builds: versions that are `deleting` go, and those that were built are
 * described. A key is an image's id.
 */
import { type ImageBeingDeleted, readImageBeingDeleted, readUndescribedVersions, type WorkItem } from '@cairn/store'
import type { ReconcileContext, Reconciler, ReconcileResult } from '../reconcile/reconciler.ts'
import { type DeletionParts, DeletionPass } from './delete-versions.ts'
import { type DescriptionParts, describeVersion } from './describe-versions.ts'

export type ImageReconcilerOptions = DeletionParts & DescriptionParts

export function createImageReconciler(options: ImageReconcilerOptions): Reconciler {
  return {
    kind: 'image',
    concurrency: 2,
    reconcile: async (item, context) => {
      const image = await readImageBeingDeleted(options.database.db, Number(item.key))
      return image === null ? { kind: 'done' } : reconcileImage(options, image, item, context)
    },
  }
}

async function reconcileImage(
  options: ImageReconcilerOptions,
  image: ImageBeingDeleted,
  item: WorkItem,
  context: ReconcileContext,
): Promise<ReconcileResult> {
  const deleted = await new DeletionPass(options, image, context).run(item.failures)
  for (const version of await readUndescribedVersions(options.database.db, image.id)) {
    await describeVersion(options, image, version, { ...context, failures: item.failures })
  }
  options.crashPoints.reach('image.finished')
  return deleted.kind === 'again' ? { kind: 'requeue', afterMs: deleted.afterMs } : deleted
}
