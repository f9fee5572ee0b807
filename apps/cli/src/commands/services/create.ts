import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import { serviceSample } from './samples.ts'
import { printDeployed, serviceBody } from './save.ts'
import { nameFlag, newServiceAssignments, serviceFlags, typeFlag } from './service-flags.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the service.', 'file') },
  options: { ...nameFlag, ...typeFlag, ...serviceFlags },
  sample: serviceSample,
  examples: [
    'cairn services create service.yaml --wait',
    'cairn services create --name forecast --image-id 1 --env MONTHS=12 --scale-to-zero',
  ],
  run: async ({ args, options }, session) => {
    const assignments = newServiceAssignments(options)
    const body = await serviceBody('createService', { file: args.file, options, assignments }, session)
    const client = await session.client()
    await printDeployed(session, await client.services.createService(body, { signal: session.signal }), options)
  },
})
