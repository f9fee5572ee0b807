import { defineCommand } from '../../grammar/command.ts'
import { logOptions } from '../../grammar/common-options.ts'
import { requiredText } from '../../grammar/option.ts'
import { buildId, imageId } from '../../names/resolve.ts'
import { watching } from '../../waiting/watching.ts'
import { printLog, saveDownload } from '../shared/print-log.ts'
import { versionOptions } from './version-options.ts'

export const command = defineCommand({
  options: {
    imageId: versionOptions.imageId,
    buildId: requiredText('Number of the build.', { placeholder: 'BUILD' }),
    ...logOptions,
  },
  description: 'Prints a piece of the log as JSON; with --follow the lines as text, until the build has ended.',
  examples: ['cairn images get-build-logs --image-id forecast --build-id 7 --follow'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const image = await imageId(client, options.imageId)
    const build = await buildId(client, image, options.buildId)
    const { nextToken } = options
    if (options.save === true) {
      const log = await client.images.downloadBuildLogs(image, build, { signal: session.signal })
      await saveDownload(session, log, options.fileName ?? `image_build_logs_${image}_${build}.log`)
    } else if (options.follow === true) {
      const lines = client.images.followBuildLogs(image, build, { nextToken, ...watching(session) })
      await printLog(session, lines, { timestamps: true })
    } else await session.output.value(await client.images.getBuildLogs(image, build, { nextToken }))
  },
})
