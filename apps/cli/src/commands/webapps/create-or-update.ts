import { defineCommand } from '../../grammar/command.ts'
import { optionalArgument } from '../../grammar/option.ts'
import { printDeployed, serviceBody } from '../services/save.ts'
import { serviceSample } from '../services/samples.ts'
import { nameFlag, webappAssignments, webappFlags } from '../services/service-flags.ts'

export const command = defineCommand({
  arguments: { file: optionalArgument('FILE', 'YAML or Jinja file of the web app.', 'file') },
  options: { ...nameFlag, ...webappFlags },
  description: 'The older name of `services create-or-update`, for services of type web-app.',
  sample: serviceSample,
  examples: ['cairn webapps create-or-update webapp.yaml'],
  run: async ({ args, options }, session) => {
    const assignments = [['name', options.name] as const, ...webappAssignments(options)]
    const body = await serviceBody('createService', { file: args.file, options, assignments }, session)
    const client = await session.client()
    await printDeployed(session, await client.webapps.createOrUpdateWebapp(body, { signal: session.signal }), options)
  },
})
