import { findImage, setVersionTags } from '@cairn/store'
import { invalid } from '../../http/error-answer.ts'
import type { Operation } from '../../operation.ts'
import { notFound } from '../../refusals.ts'
import { recordChange } from '../record-change.ts'
import { readOnly } from './global-image.ts'

/** Tags may change whatever the status: they say nothing of what is built. */
export const setImageVersionTags: Operation<'setImageVersionTags'> = async (context, { caller, params, body }) => {
  const { imageId, versionId } = params
  const { tags } = body
  const repeated = tags.flatMap(({ name }, index) =>
    tags.findIndex((other) => other.name === name) < index
      ? [{ field: `tags.${index}.name`, rule: `"${name}" is in the list already` }]
      : [],
  )
  if (repeated.length > 0) throw invalid(repeated)
  await context.database.transaction(async (tx) => {
    const version = { tenantId: caller.tenantId, imageId, versionId }
    if (!(await setVersionTags(tx, version, tags, caller.userEmail))) {
      const image = await findImage(tx, caller.tenantId, imageId)
      if (image?.imageScope === 'global') throw readOnly(image)
      throw notFound('image version', `${versionId} of image ${imageId}`)
    }
    await recordChange(tx, caller, { type: 'image.tagged', id: imageId, facts: { versionId, tags } })
  })
  return { tags }
}
