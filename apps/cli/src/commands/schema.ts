import { kinds } from '../apply/document.ts'
import { defineCommand } from '../grammar/command.ts'
import { optionalWordArgument } from '../grammar/option.ts'

export const command = defineCommand({
  arguments: { kind: optionalWordArgument('KIND', `${kinds.join(', ')}; left out = files with any of them.`, kinds) },
  description:
    'Prints the JSON Schema of a file, by which editors complete and check it. A first line\n`# yaml-language-server: $schema=PATH` says so to the editor. The server has the same under /docs/schemas/KIND.json.',
  examples: ['cairn schema workflow > workflow.schema.json', 'cairn schema > any.schema.json'],
  run: async ({ args }, session) => {
    const { anyFileSchema, fileSchema } = await import('../file-schema/file-schema.ts')
    await session.output.value(args.kind === undefined ? anyFileSchema() : fileSchema(args.kind))
  },
})
