import { makePlan } from '../../apply/make-plan.ts'
import { planText, planValue } from '../../apply/show-plan.ts'
import { defineCommand } from '../../grammar/command.ts'
import { flag } from '../../grammar/option.ts'
import { applyOptions, documentsOf } from './apply-options.ts'

const hasChangesCode = 2

export const command = defineCommand({
  options: {
    ...applyOptions,
    exitCode: flag('End with 2 when something is to be done, for scripts.'),
  },
  description:
    'Says what `apply` would do about each thing in the files, what differs, and what follows from it: what is deployed\nanew, which schedules move, what is built. Changes nothing.',
  examples: ['cairn plan -f deploy/', 'cairn plan -f nightly.yaml -v production.yaml --exit-code'],
  run: async ({ options }, session) => {
    const plan = await makePlan(await documentsOf(options, session), session)
    if (options.output === undefined) session.output.line(planText(plan))
    else await session.output.value(planValue(plan))
    if (options.exitCode && plan.some(({ action }) => action !== 'none')) session.endWith(hasChangesCode)
  },
})
