import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, integer } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow') },
  options: {
    watcher: integer('Place of the watcher in the list of the workflow, from 0; 0 by default.'),
    ...dryRunOption,
  },
  description: 'Sends a watcher a test notification; `deliveries describe` tells how it went.',
  examples: ['cairn workflows test-watcher nightly', 'cairn workflows test-watcher nightly --watcher 1'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const id = await workflowId(client, args.workflow)
    await session.output.value(await client.workflows.testWatcher(id, options.watcher ?? 0))
  },
})
