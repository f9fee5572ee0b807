import { carryOut, outcomeText, untouched } from '../../apply/carry-out.ts'
import { makePlan } from '../../apply/make-plan.ts'
import { planText } from '../../apply/show-plan.ts'
import { defineCommand } from '../../grammar/command.ts'
import { flag } from '../../grammar/option.ts'
import { CliError, exitCodes } from '../../errors/cli-error.ts'
import type { Session } from '../../session/session.ts'
import { applyOptions, documentsOf } from './apply-options.ts'

export const command = defineCommand({
  options: { ...applyOptions, yes: flag('Do not ask, on a terminal.', { short: 'y' }) },
  description:
    'Brings the server to what the files say: secrets, queries, artifacts, images, workflows and services, in this order, as\neach may name what comes before it. What is like the file already is left alone, so it can be sent as often as you\nlike. Waits for builds and deployments. Nothing is ever deleted. What fails is reported, with what was left as it names that;\nthe rest is done, and applying again goes on. Ends with the exit code of the first failure.',
  examples: ['cairn apply -f deploy/', 'cairn apply -f image.yaml -f nightly.yaml -v production.yaml --yes'],
  run: async ({ options }, session) => {
    const documents = await documentsOf(options, session)
    const plan = await makePlan(documents, session)
    session.output.note(planText(plan))
    const isChange = plan.some(({ action }) => action !== 'none')
    if (isChange && !options.yes) await confirm(session)
    const report = isChange
      ? await carryOut(documents, plan, session)
      : { resources: plan.map(untouched), exitCode: exitCodes.ok }
    const { resources, exitCode } = report
    await session.output.value({ resources })
    if (exitCode !== exitCodes.ok) session.output.note(outcomeText(resources))
    session.endWith(exitCode)
  },
})

/** Only where somebody sits: a script is not asked. */
async function confirm({ streams, signal }: Session): Promise<void> {
  if (!streams.stderr.isTerminal || !process.stdin.isTTY) return
  const { createInterface } = await import('node:readline/promises')
  const reader = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await reader.question('Do this? [y/N] ', { signal }).finally(() => reader.close())
  if (!/^y(?:es)?$/i.test(answer.trim())) throw new CliError(exitCodes.usage, 'Nothing was done.')
}
