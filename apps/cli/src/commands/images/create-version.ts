import { defineCommand } from '../../grammar/command.ts'
import { argument, optionalArgument } from '../../grammar/option.ts'
import { imageId } from '../../names/resolve.ts'
import { buildFlags, versionFlag } from './image-flags.ts'
import { versionSample } from './samples.ts'
import { buildRequest, demandUpload, startBuild } from './start-build.ts'

export const command = defineCommand({
  arguments: {
    image: argument('IMAGE_ID', 'Number or name of the image.', 'image'),
    file: optionalArgument('FILE', 'YAML or Jinja file of the version.', 'file'),
  },
  options: { ...versionFlag, ...buildFlags },
  sample: versionSample,
  examples: ['cairn images create-version forecast version.yaml --wait'],
  run: async ({ args, options }, session) => {
    const own = [['version', options.version]] as const
    const { body, artifact } = await buildRequest('createImageVersion', { file: args.file, options, own }, session)
    demandUpload({ body, artifact })
    const image = await imageId(await session.client(), args.image)
    await startBuild(session, { artifact, options }, (client, zip, upload) =>
      client.images.createVersion(image, body, zip, upload),
    )
  },
})
