import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import { buildFlags, imageAssignments, imageFlags } from './image-flags.ts'
import { imageSample } from './samples.ts'
import { buildRequest, startBuild } from './start-build.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the image.', 'file') },
  options: { ...imageFlags, ...buildFlags },
  description:
    'Creates the image when there is none of the name, else a version of it, or updates the version when there is one of\nthat number that is not ready.',
  sample: imageSample,
  examples: ['cairn images create-or-update image.yaml -p version=0.0.2'],
  run: async ({ args, options }, session) => {
    const own = imageAssignments(options)
    const { body, artifact } = await buildRequest('createImage', { file: args.file, options, own }, session)
    await startBuild(session, { artifact, options }, (client, zip, upload) =>
      client.images.createOrUpdateImageVersion(body, zip, upload),
    )
  },
})
