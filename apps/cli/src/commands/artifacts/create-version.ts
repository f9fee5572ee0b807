import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, fileOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'
import { uploadOptions } from '../../session/upload-folder.ts'
import { artifactVersionSample } from './samples.ts'
import { artifactUpload } from './upload.ts'

export const command = defineCommand({
  arguments: {
    artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact'),
    file: argument('FILE', 'YAML or Jinja file of the version.', 'file'),
  },
  options: { ...fileOptions, ...dryRunOption },
  sample: artifactVersionSample,
  examples: ['cairn artifacts create-version forecast version.yaml'],
  run: async ({ args, options }, session) => {
    const { fields, zip } = await artifactUpload('createArtifactVersion', args.file, options, session)
    const client = await session.client()
    const id = await artifactId(client, args.artifact)
    const created = await client.artifacts.createArtifactVersion(id, zip, { ...uploadOptions(session), fields })
    session.progress.clear()
    await session.output.value(created)
  },
})
