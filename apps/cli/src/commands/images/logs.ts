import { defineCommand } from '../../grammar/command.ts'
import { argument, flag, optionalArgument } from '../../grammar/option.ts'
import { buildId, imageId } from '../../names/resolve.ts'
import { watching } from '../../waiting/watching.ts'
import { linesSoFar, printLog } from '../shared/print-log.ts'

export const command = defineCommand({
  arguments: {
    image: argument('IMAGE', 'Number or name of the image.', 'image'),
    build: optionalArgument('BUILD', 'Number of the build; the latest one when left out.'),
  },
  options: {
    follow: flag('Go on until the build has ended.', { short: 'f' }),
    timestamps: flag('Start each line with its time.'),
  },
  examples: ['cairn images logs forecast -f'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const image = await imageId(client, args.image)
    const build = await buildId(client, image, args.build)
    const lines = client.images.followBuildLogs(image, build, watching(session))
    if (options.follow) return printLog(session, lines, options)
    const read = (nextToken: string | undefined) =>
      client.images.getBuildLogs(image, build, { nextToken, wait: false, signal: session.signal })
    await printLog(session, linesSoFar(read), options)
  },
})
