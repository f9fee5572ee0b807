import { defineCommand } from '../../grammar/command.ts'

export const command = defineCommand({
  description: "What images, containers and the cache of builds take on the container engine's disk, and what is free.",
  examples: ['cairn system disk -o yaml'],
  run: async (_given, session) => session.output.value(await (await session.client()).images.getDisk()),
})
