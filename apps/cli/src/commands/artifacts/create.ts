import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, fileOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { uploadOptions } from '../../session/upload-folder.ts'
import { artifactSample } from './samples.ts'
import { artifactUpload } from './upload.ts'

export const command = defineCommand({
  arguments: { file: argument('FILE', 'YAML or Jinja file of the artifact.', 'file') },
  options: { ...fileOptions, ...dryRunOption },
  sample: artifactSample,
  examples: ['cairn artifacts create artifact.yaml'],
  run: async ({ args, options }, session) => {
    const { fields, zip } = await artifactUpload('createArtifact', args.file, options, session)
    const client = await session.client()
    const created = await client.artifacts.createArtifact(fields, zip, uploadOptions(session))
    session.progress.clear()
    await session.output.value(created)
  },
})
