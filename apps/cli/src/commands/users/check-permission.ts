import { defineCommand } from '../../grammar/command.ts'
import { requiredText, text } from '../../grammar/option.ts'

export const command = defineCommand({
  options: {
    feature: requiredText('Path of the feature such as PRICING.GUARDRAILS.', { placeholder: 'PATH' }),
    action: requiredText('What is to be done with it; write includes read.', { values: ['read', 'write'] }),
    authToken: text('Token to check, instead of the one of the environment.', { placeholder: 'TOKEN' }),
  },
  description: 'Prints whether the user of the token may do it.',
  examples: ['cairn users check-permission --feature PRICING.GUARDRAILS --action read'],
  run: async ({ options }, session) => {
    const client = await session.client()
    const { feature, action } = options
    const { [feature]: isAllowed } = await client.users.checkPermissions({ [feature]: action })
    await session.output.value(isAllowed ?? false)
  },
})
