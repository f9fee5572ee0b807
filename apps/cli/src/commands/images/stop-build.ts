import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, optionalArgument, text } from '../../grammar/option.ts'
import { buildId, imageId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  arguments: {
    image: argument('IMAGE', 'Number or name of the image.', 'image'),
    build: optionalArgument('BUILD', 'Number of the build; the latest one when left out.'),
  },
  options: { reason: text('Why; shown with the build.'), ...dryRunOption },
  description: 'Safe to repeat: a build that is over stays as it ended.',
  examples: ['cairn images stop-build forecast --reason "wrong branch"'],
  run: async ({ args, options: { reason } }, session) => {
    const client = await session.client()
    const image = await imageId(client, args.image)
    const build = await buildId(client, image, args.build)
    await session.output.value(await client.images.stopBuild(image, build, defined({ reason })))
  },
})
