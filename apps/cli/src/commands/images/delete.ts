import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { imageId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { image: argument('IMAGE_ID', 'Number or name of the image.', 'image') },
  options: dryRunOption,
  description: 'Its versions are `deleting` until they are gone.',
  examples: ['cairn images delete forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.images.deleteImage(await imageId(client, args.image))
    await session.output.value({})
  },
})
