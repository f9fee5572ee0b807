import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { list, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { workflowId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { deliveryList } from '../shared/views.ts'

export const command = defineCommand({
  options: {
    workflow: text('Of this workflow.', { placeholder: 'WORKFLOW', completion: 'workflow' }),
    run: text('Of this run.', { placeholder: 'RUN' }),
    status: list('Statuses.', { values: words.deliveryStatuses }),
    channel: list('Channels.', { values: words.deliveryChannels }),
    event: list('Events.', { values: words.watcherEvents }),
    ...pageOptions,
  },
  description: 'What watchers were told, newest first, and how it went.',
  examples: ['cairn deliveries list --workflow nightly --status failed -o table'],
  run: async ({ options }, session) => {
    const { workflow, run: executionId, status, channel, event, pageSize, pageNumber, all } = options
    const client = await session.client()
    const of = workflow === undefined ? undefined : await workflowId(client, workflow)
    const query = defined({ workflowId: of, executionId, status, channel, event, pageSize, pageNumber })
    await session.output.list(client.notifications.listDeliveries(query), deliveryList, { all })
  },
})
