import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { serviceId } from '../../names/resolve.ts'
import { domainArguments } from './domain-arguments.ts'

export const command = defineCommand({
  arguments: domainArguments,
  options: dryRunOption,
  description: 'Looks for the DNS record of a domain now, also when that was given up after a week.',
  examples: ['cairn domains verify forecast forecast.example.com'],
  run: async ({ args }, session) => {
    const client = await session.client()
    const service = await serviceId(client, args.service)
    await session.output.value(await client.services.verifyServiceDomain(service, args.domain))
  },
})
