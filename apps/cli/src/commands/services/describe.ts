import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE_ID', 'Id or name of the service.', 'service') },
  examples: ['cairn services describe forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.services.describeService(await serviceId(client, args.service)))
  },
})
