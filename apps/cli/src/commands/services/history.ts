import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { serviceId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { revisionList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { service: argument('SERVICE', 'Id or name of the service.', 'service') },
  options: pageOptions,
  description: 'The revisions, newest first: what ran, who changed what, and how each deployment ended.',
  examples: ['cairn services history forecast -o table'],
  run: async ({ args, options }, session) => {
    const { pageSize, pageNumber, all } = options
    const client = await session.client()
    const service = await serviceId(client, args.service)
    const revisions = client.services.listServiceRevisions(service, defined({ pageSize, pageNumber }))
    await session.output.list(revisions, revisionList, { all })
  },
})
