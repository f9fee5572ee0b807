/** docs/cli-reference.md, written from the table of commands and from what each declares. */
import { groups } from './commands/table.ts'
import type { Command } from './grammar/command.ts'
import { commonOptions } from './grammar/common-options.ts'
import { optionSummary, optionUsage, usageLine } from './grammar/help.ts'

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('<', '&lt;')

function table(rows: readonly (readonly [string, string])[]): string {
  if (rows.length === 0) return ''
  return [
    '| | |',
    '| --- | --- |',
    ...rows.map(([name, text]) => `| \`${name.replaceAll('|', String.raw`\|`)}\` | ${cell(text)} |`),
  ].join('\n')
}

function section(path: string, summary: string, command: Command): string {
  const args = Object.values(command.arguments).map((item) => [item.placeholder, item.summary] as const)
  const options = Object.entries(command.options)
    .filter(([key]) => !Object.hasOwn(commonOptions, key))
    .map(([key, option]) => [optionUsage(key, option), optionSummary(option)] as const)
  const examples = command.examples.length === 0 ? '' : `\`\`\`sh\n${command.examples.join('\n')}\n\`\`\``
  return [
    `### cairn ${path}`,
    summary,
    command.description,
    `\`${usageLine(path, command)}\``,
    table([...args, ...options]),
    examples,
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

/** The whole page. Loads every command. */
export async function cliReferencePage(): Promise<string> {
  const common = Object.entries(commonOptions).map(
    ([key, option]) => [optionUsage(key, option), optionSummary(option)] as const,
  )
  const parts: string[] = []
  for (const { name, summary, commands } of groups) {
    parts.push(name === '' ? '## Commands of one word' : `## ${name}\n\n${summary}`)
    for (const { path, summary: what, load } of commands) parts.push(section(path, what, (await load()).command))
  }
  return `# Commands of cairn

Generated from the table of commands in \`apps/cli\`; do not edit. The guide is [cli.md](cli.md). Every command takes:

${table(common)}

${parts.join('\n\n')}
`
}
