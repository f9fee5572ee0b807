import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { serviceId } from '../../names/resolve.ts'
import { domainArguments } from './domain-arguments.ts'

export const command = defineCommand({
  arguments: domainArguments,
  options: dryRunOption,
  description: 'Takes a domain away from a service.',
  examples: ['cairn domains rm forecast forecast.example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.services.removeServiceDomain(await serviceId(client, args.service), args.domain)
    await session.output.value({})
  },
})
