import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact') },
  options: dryRunOption,
  description: 'With all its versions.',
  examples: ['cairn artifacts delete forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.artifacts.deleteArtifact(await artifactId(client, args.artifact))
    await session.output.value({})
  },
})
