import { kinds } from '../apply/document.ts'
import { usageError } from '../errors/cli-error.ts'
import { suggestion } from '../grammar/nearest-name.ts'
import { defineCommand } from '../grammar/command.ts'
import { optionalArgument } from '../grammar/option.ts'

export const command = defineCommand({
  arguments: { kind: optionalArgument('KIND', `${kinds.join(', ')}; left out = files with any of them.`, kinds) },
  description:
    'Prints the JSON Schema of a file, by which editors complete and check it. A first line\n`# yaml-language-server: $schema=PATH` says so to the editor. The server has the same under /docs/schemas/KIND.json.',
  examples: ['cairn schema workflow > workflow.schema.json', 'cairn schema > any.schema.json'],
  run: async ({ args }, session) => {
    const { anyFileSchema, fileSchema } = await import('../file-schema/file-schema.ts')
    const kind = kinds.find((known) => known === args.kind)
    if (kind === undefined && args.kind !== undefined) {
      throw usageError(`KIND must be one of ${kinds.join(', ')}; got ${args.kind}.${suggestion(args.kind, kinds)}`)
    }
    await session.output.value(kind === undefined ? anyFileSchema() : fileSchema(kind))
  },
})
