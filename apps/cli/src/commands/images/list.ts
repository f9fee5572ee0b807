import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'
import { imageList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    name: text('Part of the name or the version.'),
    status: list('Statuses of the latest version.', { values: words.imageVersionStatuses }),
    scope: list('Scopes.', { values: words.imageScopes }),
    lastBuildStatus: list('Statuses of the latest build.', { values: words.buildStatuses }),
    tags: list('Tags of the latest version.'),
  },
  description: 'The filters look at the latest version of each image.',
  examples: ['cairn images list --status ready,in-use -o table', 'cairn images list --all -o ndjson'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, name, status, scope, lastBuildStatus, tags, all } = options
    const query = defined({ pageSize, pageNumber, searchTerm: name, status, scope, lastBuildStatus, tags })
    const client = await session.client()
    await session.output.list(client.images.listImages(query, { signal: session.signal }), imageList, { all })
  },
})
