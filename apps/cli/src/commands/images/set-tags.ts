import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { list } from '../../grammar/option.ts'
import { versionArguments, versionOf } from './version-arguments.ts'

export const command = defineCommand({
  arguments: versionArguments,
  options: { tags: list('Names of its tags from now on; none when left out.'), ...dryRunOption },
  description: 'Sets the tags of a version; those that it had and that are not named go.',
  examples: ['cairn images set-tags forecast 0.0.2 --tags stable,reviewed'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const tags = (options.tags ?? []).map((name) => ({ name }))
    await client.images.setVersionTags(await versionOf(client, args), tags)
    await session.output.value({ tags })
  },
})
