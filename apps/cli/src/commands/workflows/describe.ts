import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow') },
  examples: ['cairn workflows describe nightly -o yaml'],
  run: async ({ args }, session) => {
    const client = await session.client()
    await session.output.value(await client.workflows.describeWorkflow(await workflowId(client, args.workflow)))
  },
})
