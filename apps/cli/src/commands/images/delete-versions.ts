import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { requiredList } from '../../grammar/option.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'
import { versionOptions } from './version-options.ts'

export const command = defineCommand({
  options: {
    imageId: versionOptions.imageId,
    versionIds: requiredList('Numbers or names of the versions.'),
    ...dryRunOption,
  },
  examples: ['cairn images delete-versions --image-id forecast --version-ids 0.0.1,0.0.2'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const image = await imageId(client, options.imageId)
    const versions = await Promise.all(options.versionIds.map((version) => imageVersionId(client, image, version)))
    await client.images.deleteVersions(image, versions)
    await session.output.value({})
  },
})
