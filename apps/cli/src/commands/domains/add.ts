import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { serviceId } from '../../names/resolve.ts'
import { domainArguments } from './domain-arguments.ts'

export const command = defineCommand({
  arguments: domainArguments,
  options: dryRunOption,
  description: 'Has a service answer under a domain as soon as the DNS record that is printed is there.',
  examples: ['cairn domains add forecast forecast.example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    const service = await serviceId(client, args.service)
    await session.output.value(await client.services.addServiceDomain(service, args.domain))
  },
})
