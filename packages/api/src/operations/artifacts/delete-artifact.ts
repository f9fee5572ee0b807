import { CairnError, type ErrorCode } from '@cairn/contract'
import { type ArtifactDeletion, type ArtifactToDelete, deleteArtifact as remove, type TokenHolder } from '@cairn/store'
import type { ApiContext } from '../../context.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'

export const deleteArtifact: Operation<'deleteArtifact'> = (context, { caller, params }) =>
  deleteUnused(context, caller, { ...params, tenantId: caller.tenantId, version: null }, 'conflict')

export const deleteArtifactVersion: Operation<'deleteArtifactVersion'> = (context, { caller, params }) =>
  deleteUnused(context, caller, { ...params, tenantId: caller.tenantId }, 'unprocessable')

/** @param code of the refusal while something uses it */
async function deleteUnused(
  context: ApiContext,
  caller: TokenHolder,
  wanted: ArtifactToDelete,
  code: ErrorCode,
): Promise<Record<string, never>> {
  const { artifactId, version } = wanted
  const what = version === null ? artifactId : `${artifactId}, version ${version},`
  await context.database.transaction(async (tx) => {
    const deletion = await remove(tx, wanted)
    if (deletion.kind === 'unknown') throw notFound('artifact', what)
    if (deletion.kind === 'used') throw new CairnError(code, `artifact ${what} ${usedBy(deletion)}`)
    await recordChange(
      tx,
      caller,
      version === null
        ? { type: 'artifact.deleted', id: artifactId }
        : { type: 'artifact.version_deleted', id: artifactId, facts: { version } },
    )
  })
  return {}
}

/** Who uses it, and what to do. */
function usedBy({ uses, useCount }: Extract<ArtifactDeletion, { kind: 'used' }>): string {
  const named = uses.map(
    ({ imageId, imageName, imageVersion, artifactVersion }) =>
      `image "${imageName}" (${imageId}) version ${imageVersion} from version ${artifactVersion}`,
  )
  const more = useCount - named.length
  return `is in use: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}; delete these image versions first`
}
