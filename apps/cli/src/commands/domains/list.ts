import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  description: 'The domains of a service, each with the DNS record that proves it and what is missing.',
  examples: ['cairn domains list forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.services.listServiceDomains(await serviceId(client, args.service)))
  },
})
