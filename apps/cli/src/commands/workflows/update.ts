import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { workflowSample } from './samples.ts'
import { fileBody, printSaved, saveOptions } from './save.ts'

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow'),
    file: argument('FILE', 'YAML or Jinja file of the workflow.', 'file'),
  },
  options: saveOptions,
  description: 'Replaces the workflow by what the file says; `workflows patch` changes parts of it.',
  sample: workflowSample,
  examples: ['cairn workflows update nightly workflow.yaml'],
  run: async ({ args, options }, session) => {
    const body = await fileBody('updateWorkflow', args.file, options, session)
    const client = await session.client()
    const id = await workflowId(client, args.workflow)
    await printSaved(await client.workflows.updateWorkflow(id, body, { signal: session.signal }), session)
  },
})
