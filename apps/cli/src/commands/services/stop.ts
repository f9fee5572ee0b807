import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: dryRunOption,
  description: 'Stops all instances until the service is started. What is changed meanwhile is deployed then.',
  examples: ['cairn services stop forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.services.stopService(await serviceId(client, args.service)))
  },
})
