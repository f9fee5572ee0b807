import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { readContexts, writeContexts } from '../../session/contexts-file.ts'
import { unknownContext } from '../../session/target.ts'

export const command = defineCommand({
  arguments: { name: argument('NAME', 'Name of the context.', 'context') },
  examples: ['cairn contexts use work'],
  run: async ({ args }, session) => {
    const path = session.environment.contextsPath
    const { contexts } = await readContexts(path)
    const context = contexts[args.name]
    if (context === undefined) throw unknownContext(args.name, contexts)
    await writeContexts(path, { current: args.name, contexts })
    await session.output.value({ context: args.name, url: context.url })
  },
})
