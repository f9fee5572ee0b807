import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, fileOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'
import { checkBody, readFileInput } from '../shared/request-body.ts'
import { artifactUpdateSample } from './samples.ts'

export const command = defineCommand({
  arguments: {
    artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact'),
    file: argument('FILE', 'YAML or Jinja file with the name, the description, or both.', 'file'),
  },
  options: { ...fileOptions, ...dryRunOption },
  sample: artifactUpdateSample,
  examples: ['cairn artifacts update-metadata forecast metadata.yaml'],
  run: async ({ args, options }, session) => {
    const input = await readFileInput('updateArtifact', { file: args.file, variables: options }, session)
    const body = await checkBody('updateArtifact', input.body, args.file, session)
    const client = await session.client()
    await client.artifacts.updateArtifact(await artifactId(client, args.artifact), body)
    await session.output.value({})
  },
})
