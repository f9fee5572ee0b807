import { defineCommand } from '../../grammar/command.ts'

export const command = defineCommand({
  description: 'Its version, how many engines are alive, and the runs of the tenant that are live.',
  examples: ['cairn system health'],
  run: async (_given, session) => session.output.value(await (await session.client()).system.getHealth()),
})
