import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { argument, optionalArgument, text } from '../../grammar/option.ts'
import { executionId, workflowId } from '../../names/resolve.ts'
import { waitForRun } from '../../waiting/wait.ts'

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow'),
    run: optionalArgument('RUN', 'Id of the run; the latest one when left out.'),
  },
  options: { reason: text('Why; shown with the run.'), ...waitOptions, ...dryRunOption },
  description: 'Containers get SIGTERM, and SIGKILL ten seconds later. Safe to repeat.',
  examples: ['cairn stop nightly --reason "wrong month" --wait'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const id = await workflowId(client, args.workflow)
    const run = await executionId(client, id, args.run)
    const body = options.reason === undefined ? {} : { reason: options.reason }
    const answer = await client.workflows.stopExecution(id, run, body)
    if (answer.status === 'Success' || answer.status === 'Failed') {
      session.output.note(`cairn: nothing was stopped: the run ${run} has ended already`)
    }
    if (!options.wait) return session.output.value(answer)
    const { status } = await waitForRun(session, { workflowId: id, executionId: run }, options)
    await session.output.value({ ...answer, status })
  },
})
