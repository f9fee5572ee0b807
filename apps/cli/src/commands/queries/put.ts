import { resolve } from 'node:path'
import { readTextFile } from '../../files/named-file.ts'
import { defineCommand } from '../../grammar/command.ts'
import { dryRunOption } from '../../grammar/common-options.ts'
import { argument } from '../../grammar/option.ts'

export const command = defineCommand({
  arguments: {
    path: argument('PATH', 'Path of the query, as sqlQueryPath of a step gives it.'),
    file: argument('FILE', 'File with the text of the query.', 'file'),
  },
  options: dryRunOption,
  description: 'Stores the text as the newest version; the same text again makes none.',
  examples: ['cairn queries put sales/load.sql load.sql'],
  run: async ({ args }, session) => {
    const text = await readTextFile(resolve(session.workingDirectory, args.file), args.file)
    const client = await session.client()
    await session.output.value(await client.queries.putQuery(args.path, text))
  },
})
