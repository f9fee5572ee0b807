import { defineCommand } from '../../grammar/command.ts'

export const command = defineCommand({
  description:
    'Its database, engines, what waits in the queue, and the runs that are live; for admins. `health` is for everybody, and\n`doctor` says what is wrong.',
  examples: ['cairn system report -o yaml'],
  run: async (_given, session) => session.output.value(await (await session.client()).system.getReport()),
})
