import { defineCommand } from '../../grammar/command.ts'

export const command = defineCommand({
  description: 'What a step gets that names no resources.',
  examples: ['cairn workflows list-default-resources'],
  run: async (_given, session) => {
    const client = await session.client()
    await session.output.value(await client.workflows.getDefaultResource())
  },
})
