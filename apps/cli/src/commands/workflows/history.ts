import { defineCommand } from '../../grammar/command.ts'
import { pageOptions } from '../../grammar/common-options.ts'
import { argument, integer } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { defined } from '../shared/defined.ts'
import { workflowRevisionList } from '../shared/views.ts'

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow') },
  options: { ...pageOptions, pageSize: integer('Items of a page, 20 at most; 10 by default.') },
  description: 'What it was, newest first: who changed it, when, and which keys from what to what.',
  examples: ['cairn workflows history nightly', 'cairn workflows history nightly -o table'],
  run: async ({ args, options }, session) => {
    const { pageSize, pageNumber, all } = options
    const client = await session.client()
    const workflow = await workflowId(client, args.workflow)
    const revisions = client.workflows.revisions.list(workflow, defined({ pageSize, pageNumber }))
    await session.output.list(revisions, workflowRevisionList, { all })
  },
})
