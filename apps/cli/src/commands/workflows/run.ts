import { usageError } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption, waitOptions } from '../../grammar/common-options.ts'
import { argument, flag, list, pairs } from '../../grammar/option.ts'
import { workflowId } from '../../names/resolve.ts'
import { startRun } from './start-run.ts'

/** `train.SEED=7` is for one step, `SEED=7` for all. */
function splitParams(given: Readonly<Record<string, string>>) {
  const global: Record<string, string> = {}
  const stepWise: Record<string, Record<string, string>> = {}
  for (const [name, value] of Object.entries(given)) {
    const dot = name.indexOf('.')
    if (dot === -1) global[name] = value
    else stepWise[name.slice(0, dot)] = { ...stepWise[name.slice(0, dot)], [name.slice(dot + 1)]: value }
  }
  return { global, stepWise }
}

export const command = defineCommand({
  arguments: { workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow') },
  options: {
    param: pairs('Parameter of all steps, or STEP.NAME=VALUE of one. Repeat for more.', { short: 'P' }),
    step: list('Steps to run; the others are left out.'),
    below: flag('With --step: also everything that depends on those steps.'),
    ...waitOptions,
    ...dryRunOption,
  },
  examples: ['cairn run nightly -P MONTHS=12 --wait', 'cairn run nightly --step train --below'],
  run: async ({ args, options }, session) => {
    const { param, step, below } = options
    if (below && step === undefined) throw usageError('--below needs --step: it says which steps are meant.')
    const body = {
      ...(param === undefined ? {} : { params: splitParams(param) }),
      ...(step === undefined ? {} : { stepsToRun: step.map((stepName) => ({ stepName, runDAG: below })) }),
    }
    const id = await workflowId(await session.client(), args.workflow)
    await startRun(session, { workflowId: id, body }, options)
  },
})
