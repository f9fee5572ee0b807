import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow') },
  options: dryRunOption,
  description: 'Times that passed while it was paused are not made up for.',
  examples: ['cairn workflows resume nightly'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.workflows.resumeWorkflow(await workflowId(client, args.workflow))
    await session.output.value({})
  },
})
