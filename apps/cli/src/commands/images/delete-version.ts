import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'
import { versionOptions } from './version-options.ts'

export const command = defineCommand({
  options: { ...versionOptions, ...dryRunOption },
  examples: ['cairn images delete-version --image-id forecast --version-id 0.0.1'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const image = await imageId(client, options.imageId)
    await client.images.deleteVersion(image, await imageVersionId(client, image, options.versionId))
    await session.output.value({})
  },
})
