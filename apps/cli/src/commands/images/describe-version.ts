import { defineCommand } from '../../grammar/command.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'
import { versionOptions } from './version-options.ts'

export const command = defineCommand({
  options: versionOptions,
  examples: ['cairn images describe-version --image-id forecast --version-id 0.0.2'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const image = await imageId(client, options.imageId)
    const version = await imageVersionId(client, image, options.versionId)
    await session.output.value(await client.images.describeVersion(image, version))
  },
})
