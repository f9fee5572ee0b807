import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { defined } from '../shared/defined.ts'
import { serviceList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    ...pageOptions,
    status: list('Statuses.', { values: words.serviceStatuses }),
    name: text('Part of the name.'),
    serviceType: list('Types.', { values: words.serviceTypes }),
  },
  examples: ['cairn services list --service-type api -o table'],
  run: async ({ options }, session) => {
    const { pageSize, pageNumber, status, name, serviceType, all } = options
    const client = await session.client()
    const query = defined({ pageSize, pageNumber, status, searchTerm: name, serviceType })
    await session.output.list(client.services.listServices(query), serviceList, { all })
  },
})
