import { defineCommand } from '../../grammar/command.ts'
import { dateOptions, pageOptions } from '../../grammar/common-options.ts'
import { argument, integer, list } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { imageId, imageVersionId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { buildList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { image: argument('IMAGE_ID', 'Number or name of the image.', 'image') },
  options: {
    count: integer('The newest N; -1 = all.'),
    versionIds: list('Numbers or names of versions.'),
    buildStatus: list('Statuses.', { values: words.buildStatuses }),
    ...dateOptions,
    ...pageOptions,
  },
  examples: ['cairn images list-builds forecast --count 5 -o table'],
  run: async ({ args, options }, session) => {
    const { count, versionIds, buildStatus, dateFrom, dateTo, pageSize, pageNumber, all } = options
    const client = await session.client()
    const image = await imageId(client, args.image)
    const versions =
      versionIds && (await Promise.all(versionIds.map((version) => imageVersionId(client, image, version))))
    const query = defined({ count, versions, buildStatus, dateFrom, dateTo, pageSize, pageNumber })
    await session.output.list(client.images.listImageBuilds(image, query), buildList, { all })
  },
})
