import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { delivery: argument('DELIVERY', 'Id of the delivery, as `deliveries list` shows it.') },
  options: dryRunOption,
  description: 'Tells the same receiver the same again.',
  examples: ['cairn deliveries redeliver DELIVERY'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.notifications.redeliver(args.delivery))
  },
})
