import { defineCommand } from '../../grammar/command.ts'
import { waitOptions } from '../../grammar/common-options.ts'
import { argument, optionalArgument } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { checkBody, readFileInput, sourceName } from '../shared/request-body.ts'
import { executeSample } from './samples.ts'
import { saveOptions } from './save.ts'
import { startRun } from './start-run.ts'

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW_ID', 'Number or name of the workflow.', 'workflow'),
    file: optionalArgument('FILE', 'YAML or Jinja file with parameters and steps to run.', 'file'),
  },
  options: { ...saveOptions, ...waitOptions },
  description: '`cairn run` does the same with parameters and steps as options.',
  sample: executeSample,
  examples: ['cairn workflows execute nightly', 'cairn workflows execute nightly run.yaml --wait --timeout 2h'],
  run: async ({ args, options }, session) => {
    const input = await readFileInput('executeWorkflow', { file: args.file, variables: options }, session)
    const body = await checkBody('executeWorkflow', input.body, sourceName(args.file), session)
    const id = await workflowId(await session.client(), args.workflow)
    await startRun(session, { workflowId: id, body: body ?? {} }, options)
  },
})
