import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { wakeList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: pageOptions,
  description: 'When a service that scales to zero was woken, by what, and how long it took; newest first.',
  examples: ['cairn services wakes forecast -o table'],
  run: async ({ args, options }, session) => {
    const { pageSize, pageNumber, all } = options
    const client = await session.client()
    const id = await serviceId(client, args.service)
    await session.output.list(client.services.listWakes(id, defined({ pageSize, pageNumber })), wakeList, { all })
  },
})
