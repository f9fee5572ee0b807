import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { printDeployed } from './save.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: { ...waitOptions, ...dryRunOption },
  description: 'New instances of the same specification take over, without a gap.',
  examples: ['cairn services restart forecast --wait'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const answer = await client.services.restartService(await serviceId(client, args.service))
    await printDeployed(session, answer, options)
  },
})
