import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import { serviceSample } from './samples.ts'
import { printDeployed, serviceBody } from './save.ts'
import { nameFlag, newServiceAssignments, serviceFlags, typeFlag } from './service-flags.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the service.', 'file') },
  options: { ...nameFlag, ...typeFlag, ...serviceFlags },
  description: 'Creates the service, or changes the one of that name.',
  sample: serviceSample,
  examples: ['cairn services create-or-update service.yaml --wait'],
  run: async ({ args, options }, session) => {
    const assignments = newServiceAssignments(options)
    const body = await serviceBody('createService', { file: args.file, options, assignments }, session)
    const client = await session.client()
    await printDeployed(session, await client.services.createOrUpdateService(body, { signal: session.signal }), options)
  },
})
