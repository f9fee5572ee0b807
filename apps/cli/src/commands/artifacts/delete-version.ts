import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: {
    artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact'),
    version: argument('VERSION', 'Number of the version.'),
  },
  options: dryRunOption,
  examples: ['cairn artifacts delete-version forecast 1'],
  run: async ({ args }, session) => {
    if (!/^\d{1,9}$/.test(args.version)) throw usageError(`VERSION must be a whole number; got ${args.version}.`)
    const client = await session.client()
    await client.artifacts.deleteArtifactVersion(await artifactId(client, args.artifact), Number(args.version))
    await session.output.value({})
  },
})
