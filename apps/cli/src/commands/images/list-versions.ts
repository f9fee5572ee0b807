import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { argument, list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { imageId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { imageVersionList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { image: argument('IMAGE_ID', 'Number or name of the image.', 'image') },
  options: {
    ...pageOptions,
    version: text('Part of the version.'),
    status: list('Statuses.', { values: words.imageVersionStatuses }),
    lastBuildStatus: list('Statuses of the latest build.', { values: words.buildStatuses }),
    tags: list('Tags.'),
  },
  examples: ['cairn images list-versions forecast -o table'],
  run: async ({ args, options }, session) => {
    const { pageSize, pageNumber, version, status, lastBuildStatus, tags, all } = options
    const query = defined({ pageSize, pageNumber, searchTerm: version, status, lastBuildStatus, tags })
    const client = await session.client()
    const versions = client.images.listImageVersions(await imageId(client, args.image), query)
    await session.output.list(versions, imageVersionList, { all })
  },
})
