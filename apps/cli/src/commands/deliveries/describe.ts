import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: { delivery: argument('DELIVERY', 'Id of the delivery, as `deliveries list` shows it.') },
  description: 'With each attempt: when, how long, and what the receiver answered.',
  examples: ['cairn deliveries describe DELIVERY'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.notifications.describeDelivery(args.delivery))
  },
})
