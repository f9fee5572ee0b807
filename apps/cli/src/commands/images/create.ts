import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import { buildFlags, imageAssignments, imageFlags } from './image-flags.ts'
import { imageSample } from './samples.ts'
import { buildRequest, demandUpload, startBuild } from './start-build.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the image.', 'file') },
  options: { ...imageFlags, ...buildFlags },
  sample: imageSample,
  examples: [
    'cairn images create image.yaml -v params.yaml -p version=0.0.1 --wait',
    'cairn images create --name forecast --type workflow --artifact-path .',
  ],
  run: async ({ args, options }, session) => {
    const own = imageAssignments(options)
    const { body, artifact } = await buildRequest('createImage', { file: args.file, options, own }, session)
    demandUpload({ body, artifact })
    await startBuild(session, { artifact, options }, (client, zip, upload) =>
      client.images.createImage(body, zip, upload),
    )
  },
})
