import { defineCommand } from '../../grammar/command.ts'
import { integer, argument } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'

export const command = defineCommand({
  arguments: { artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact') },
  options: {
    pageNumber: integer('Page of its versions.'),
    pageSize: integer('Versions of a page; 25 by default.'),
  },
  examples: ['cairn artifacts describe forecast'],
  run: async ({ args, options }, session) => {
    const { pageNumber, pageSize } = options
    const client = await session.client()
    const id = await artifactId(client, args.artifact)
    await session.output.value(await client.artifacts.describeArtifact(id, defined({ pageNumber, pageSize })))
  },
})
