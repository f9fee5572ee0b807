import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE_ID', 'Id or name of the service.', 'service') },
  options: dryRunOption,
  examples: ['cairn services delete forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.services.deleteService(await serviceId(client, args.service)))
  },
})
