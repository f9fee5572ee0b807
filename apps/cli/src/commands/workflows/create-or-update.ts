import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { workflowSample } from './samples.ts'
import { fileBody, printSaved, saveOptions } from './save.ts'

export const command = defineCommand({
  arguments: { file: argument('FILE', 'YAML or Jinja file of the workflow.', 'file') },
  options: saveOptions,
  description: 'Creates the workflow, or replaces the one of that name.',
  sample: workflowSample,
  examples: ['cairn workflows create-or-update workflow.yaml'],
  run: async ({ args, options }, session) => {
    const body = await fileBody('createWorkflow', args.file, options, session)
    const client = await session.client()
    await printSaved(await client.workflows.createOrUpdateWorkflow(body, { signal: session.signal }), session)
  },
})
