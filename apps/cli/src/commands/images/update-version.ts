import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument, requiredText } from '../../grammar/option.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'
import { buildFlags } from './image-flags.ts'
import { updateVersionSample } from './samples.ts'
import { buildRequest, startBuild } from './start-build.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the change.', 'file') },
  options: {
    imageId: requiredText('Number or name of the image.', { placeholder: 'IMAGE', completion: 'image' }),
    versionId: requiredText('Number of the version, or its name such as 0.0.2.', { placeholder: 'VERSION' }),
    ...buildFlags,
  },
  description: 'Builds a version that is not ready again. Build details that are left out stay.',
  sample: updateVersionSample,
  examples: ['cairn images update-version --image-id forecast --version-id 0.0.2 --no-use-cache --wait'],
  run: async ({ args, options }, session) => {
    const { body, artifact } = await buildRequest('updateImageVersion', { file: args.file, options, own: [] }, session)
    const client = await session.client()
    const image = await imageId(client, options.imageId)
    const version = await imageVersionId(client, image, options.versionId)
    const params = { imageId: image, versionId: version }
    await startBuild(session, { artifact, options }, (_client, zip, upload) =>
      client.images.updateVersion(params, body, zip, upload),
    )
  },
})
