import { defineCommand } from '../grammar/command.ts'
import { fileOptions } from '../grammar/common-options.ts'
import { argument } from '../grammar/option.ts'
import { readYaml } from '../templates/read-yaml.ts'
import { renderText } from '../templates/load-file.ts'

const { paramsFile, params, paramJson } = fileOptions

export const command = defineCommand({
  arguments: { file: argument('FILE', 'YAML or Jinja file.', 'file') },
  options: { paramsFile, params, paramJson },
  description: 'Prints the text that FILE comes out as; with -o json or yaml what is read from it. Calls no server.',
  examples: ['cairn render workflow.yaml.j2 -v params.yaml -p image=7'],
  run: async ({ args, options }, session) => {
    const text = await renderText(args.file, options, session.surroundings())
    if (options.output === undefined) session.output.line(text.replace(/\n$/, ''))
    else await session.output.value(await readYaml(text, args.file))
  },
})
