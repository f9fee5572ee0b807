import { updateArtifact as update } from '@cairn/store'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { describedAs } from './create-artifact.ts'

export const updateArtifact: Operation<'updateArtifact'> = async (context, { caller, params, body }) => {
  const change = {
    ...(body.name !== undefined && { name: body.name }),
    ...(body.description !== undefined && { description: describedAs(body.description) }),
  }
  const isKnown = await update(context.database.db, caller.tenantId, params.artifactId, change)
  if (!isKnown) throw notFound('artifact', params.artifactId)
  return {}
}
