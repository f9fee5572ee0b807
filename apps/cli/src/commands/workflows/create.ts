import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { workflowSample } from './samples.ts'
import { fileBody, printSaved, saveOptions } from './save.ts'

export const command = defineCommand({
  arguments: { file: argument('FILE', 'YAML or Jinja file of the workflow.', 'file') },
  options: saveOptions,
  sample: workflowSample,
  examples: ['cairn workflows create workflow.yaml -v params.yaml -p image=7', 'cairn workflows create --generate'],
  run: async ({ args, options }, session) => {
    const body = await fileBody('createWorkflow', args.file, options, session)
    const client = await session.client()
    await printSaved(await client.workflows.createWorkflow(body, { signal: session.signal }), session)
  },
})
