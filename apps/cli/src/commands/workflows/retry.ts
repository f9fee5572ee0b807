import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { argument, optionalArgument, pairs, text } from '../../grammar/option.ts'
import { words } from '../../grammar/words.ts'
import { executionId, workflowId } from '../../names/resolve.ts'
import { followRun } from './start-run.ts'

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow'),
    run: optionalArgument('RUN', 'Id of the run; the latest one when left out.'),
  },
  options: {
    from: text('failed keeps what succeeded, with its outputs; start keeps nothing. Default failed.', {
      values: words.retryOrigins,
    }),
    param: pairs('Parameter laid over those of the run. Repeat for more.', { short: 'P' }),
    ...waitOptions,
    ...dryRunOption,
  },
  description: 'Makes a new run by the plan of one that has ended.',
  examples: ['cairn retry nightly --wait', 'cairn retry nightly RUN --from start'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const id = await workflowId(client, args.workflow)
    const run = await executionId(client, id, args.run)
    const params = options.param === undefined ? {} : { params: { global: options.param } }
    const again = await client.workflows.retryExecution(id, run, { from: options.from ?? 'failed', ...params })
    await followRun(session, { workflowId: id, executionId: again.executionId }, options)
  },
})
