import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { optionalArgument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { entry: optionalArgument('ENTRY', 'Id of the entry; all of them when left out.') },
  options: dryRunOption,
  examples: ['cairn inbox read'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.notifications.markRead(args.entry)
    await session.output.value({})
  },
})
