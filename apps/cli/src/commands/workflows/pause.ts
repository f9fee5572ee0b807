import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow') },
  options: dryRunOption,
  description: 'Its schedules start no runs until it is resumed. Runs by hand and by webhook go on.',
  examples: ['cairn workflows pause nightly'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await client.workflows.pauseWorkflow(await workflowId(client, args.workflow))
    await session.output.value({})
  },
})
