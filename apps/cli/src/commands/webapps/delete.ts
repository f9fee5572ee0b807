import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { webapp: argument('WEBAPP_ID', 'Id or name of the web app.', 'service') },
  options: dryRunOption,
  examples: ['cairn webapps delete forecast'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.webapps.deleteWebapp(await serviceId(client, args.webapp)))
  },
})
