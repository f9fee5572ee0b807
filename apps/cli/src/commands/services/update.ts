import { defineCommand } from '../../grammar/command.ts'
import { argument, optionalArgument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { updateServiceSample } from './samples.ts'
import { printDeployed, serviceBody } from './save.ts'
import { serviceAssignments, serviceFlags } from './service-flags.ts'

export const command = defineCommand({
  arguments: {
    service: argument('SERVICE_ID', 'Id or name of the service.', 'service'),
    file: optionalArgument('FILE', 'YAML or Jinja file with what changes.', 'file'),
  },
  options: serviceFlags,
  description: 'What is left out stays. Deploys anew, without a gap, when something changes that runs.',
  sample: updateServiceSample,
  examples: ['cairn services update forecast --version-id 12 --no-scale-to-zero --wait'],
  run: async ({ args, options }, session) => {
    const assignments = serviceAssignments(options)
    const body = await serviceBody('updateService', { file: args.file, options, assignments }, session)
    const client = await session.client()
    const id = await serviceId(client, args.service)
    await printDeployed(session, await client.services.updateService(id, body, { signal: session.signal }), options)
  },
})
