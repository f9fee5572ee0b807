import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { imageId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { image: argument('IMAGE_ID', 'Number or name of the image.', 'image') },
  examples: ['cairn images describe forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.images.describeImage(await imageId(client, args.image)))
  },
})
