import { defineCommand } from '../../grammar/command.ts'
import { argument } from '../../grammar/option.ts'
import { readContexts, writeContexts } from '../../session/contexts-file.ts'
import { unknownContext } from '../../session/target.ts'

export const command = defineCommand({
  arguments: { name: argument('NAME', 'Name of the context.', 'context') },
  description: 'Forgets the address and the token; the server keeps the token.',
  examples: ['cairn contexts rm work'],
  run: async ({ args }, session) => {
    const path = session.environment.contextsPath
    const { current, contexts } = await readContexts(path)
    const { [args.name]: removed, ...others } = contexts
    if (removed === undefined) throw unknownContext(args.name, contexts)
    await writeContexts(path, { current: current === args.name ? null : current, contexts: others })
    await session.output.value({})
  },
})
