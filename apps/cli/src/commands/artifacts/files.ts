import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { argument, integer, text } from '../../grammar/option.ts'
import { artifactId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { artifactFileList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { artifact: argument('ARTIFACT_ID', 'Id or name of the artifact.', 'artifact') },
  options: {
    ...pageOptions,
    version: integer('Number of the version; the latest when left out.'),
    search: text('Part of the path.'),
  },
  description: 'Files and folders of a version by path, without downloading it.',
  examples: [
    'cairn artifacts files forecast -o table',
    'cairn artifacts files forecast --version 2 --search .py --all',
  ],
  run: async ({ args, options }, session) => {
    const { pageSize, pageNumber, version, search, all } = options
    const client = await session.client()
    const id = await artifactId(client, args.artifact)
    const newest = async (): Promise<number | undefined> =>
      (await client.artifacts.describeArtifact(id, { pageSize: 1 })).versions[0]?.version
    const shown = version ?? (await newest())
    if (shown === undefined) throw usageError(`artifact ${args.artifact} has no version`)
    const query = defined({ pageSize, pageNumber, searchTerm: search })
    await session.output.list(client.artifacts.listArtifactFiles(id, shown, query), artifactFileList, { all })
  },
})
