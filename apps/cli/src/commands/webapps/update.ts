import { defineCommand } from '../../grammar/command.ts'
import { argument, optionalArgument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { updateServiceSample } from '../services/samples.ts'
import { printDeployed, serviceBody } from '../services/save.ts'
import { webappAssignments, webappFlags } from '../services/service-flags.ts'

export const command = defineCommand({
  arguments: {
    webapp: argument('WEBAPP_ID', 'Id or name of the web app.', 'service'),
    file: optionalArgument('FILE', 'YAML or Jinja file with what changes.', 'file'),
  },
  options: webappFlags,
  description: 'The older name of `services update`, for services of type web-app.',
  sample: updateServiceSample,
  examples: ['cairn webapps update forecast --version-id 12'],
  run: async ({ args, options }, session) => {
    const assignments = webappAssignments(options)
    const body = await serviceBody('updateService', { file: args.file, options, assignments }, session)
    const client = await session.client()
    const id = await serviceId(client, args.webapp)
    await printDeployed(session, await client.webapps.updateWebapp(id, body, { signal: session.signal }), options)
  },
})
