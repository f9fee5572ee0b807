import type { CairnClient } from '@cairn/sdk'
import { CliError, exitCodes } from '../../errors/cli-error.ts'
import { defineCommand } from '../../grammar/command.ts'
import { suggestion } from '../../grammar/nearest-name.ts'
import { argument, flag, optionalArgument, text } from '../../grammar/option.ts'
import { executionId, workflowId } from '../../names/resolve.ts'
import type { Session } from '../../session/session.ts'
import { watching } from '../../waiting/watching.ts'
import { linesSoFar, printLog } from '../shared/print-log.ts'

interface Run {
  readonly client: CairnClient
  readonly workflow: number
  readonly run: string
  readonly watch: ReturnType<typeof watching>
}

interface Style {
  readonly timestamps: boolean
  readonly follow: boolean
}

async function printStep(
  session: Session,
  { client, workflow, run, watch }: Run,
  step: string,
  style: Style & { prefix: boolean },
) {
  const { signal } = session
  const lines = style.follow
    ? client.workflows.followExecutionLogs(workflow, run, { stepName: step, ...watch })
    : linesSoFar((nextToken) =>
        client.workflows.getExecutionLogs(workflow, run, { stepName: step, nextToken, wait: false, signal }),
      )
  await printLog(session, lines, { timestamps: style.timestamps, ...(style.prefix ? { step } : {}) })
}

function demandStep(name: string, names: readonly string[]): void {
  if (names.includes(name)) return
  throw new CliError(exitCodes.notFound, `The run has no step ${name}.${suggestion(name, names)}`, {
    hint: `Its steps are ${names.join(', ')}.`,
  })
}

export const command = defineCommand({
  arguments: {
    workflow: argument('WORKFLOW', 'Number or name of the workflow.', 'workflow'),
    run: optionalArgument('RUN', 'Id of the run; the latest one when left out.'),
  },
  options: {
    stepName: text('The step; all steps when left out, each line with the name of its step.', { placeholder: 'STEP' }),
    follow: flag('Go on until the run has ended.', { short: 'f' }),
    timestamps: flag('Start each line with its time.'),
  },
  description: 'With --follow the lines of all steps come as they are written, mixed; without, step after step.',
  examples: ['cairn workflows logs nightly -f', 'cairn workflows logs nightly RUN --step-name train'],
  run: async ({ args, options }, session) => {
    const client = await session.client()
    const workflow = await workflowId(client, args.workflow)
    const run = await executionId(client, workflow, args.run)
    const place = { client, workflow, run, watch: watching(session) }
    const { timestamps, follow, stepName } = options
    const { steps } = await client.workflows.getExecutionDetails(workflow, run, { signal: session.signal })
    if (stepName !== undefined) {
      demandStep(
        stepName,
        steps.map(({ name }) => name),
      )
      return printStep(session, place, stepName, { timestamps, follow, prefix: false })
    }
    const style = { timestamps, follow, prefix: true }
    if (follow) await Promise.all(steps.map(({ name }) => printStep(session, place, name, style)))
    else for (const { name } of steps) await printStep(session, place, name, style)
  },
})
