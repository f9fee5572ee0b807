import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument, countArgument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow'),
    revision: countArgument('REVISION', 'Number of a revision; `workflows history` lists them.'),
  },
  options: dryRunOption,
  description: 'Makes it again what it was in an earlier revision, as a new one. Its name stays.',
  examples: ['cairn workflows restore nightly 3'],
  run: async ({ args }, session) => {
    const client = await session.client()
    const workflow = await workflowId(client, args.workflow)
    await session.output.value(await client.workflows.revisions.restore(workflow, args.revision))
  },
})
