import { enqueueWork, insertBuild, type TokenHolder, type Tx } from '@cairn/store'
import { recordChange } from '../record-change.ts'

export interface QueuedBuild {
  readonly imageId: number
  readonly versionId: number
  readonly buildId: number
}

/** Queues a build of the version in the caller's transaction. Its last step: the work row is locked last. */
export async function queueBuild(
  tx: Tx,
  caller: TokenHolder,
  version: { readonly imageId: number; readonly versionId: number },
): Promise<QueuedBuild> {
  const buildId = await insertBuild(tx, { tenantId: caller.tenantId, ...version })
  await recordChange(tx, caller, { type: 'build.queued', id: buildId, facts: version })
  await enqueueWork(tx, { kind: 'build', key: String(buildId) })
  return { ...version, buildId }
}
