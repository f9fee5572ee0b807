/** Finds the command that the first words name, and says what there is when they name none. */
import type { CommandEntry, Group } from '../commands/table.ts'
import { usageError } from '../errors/cli-error.ts'
import { columns } from './help.ts'
import { suggestion } from './nearest-name.ts'

export type Found =
  | { readonly kind: 'command'; readonly entry: CommandEntry; readonly words: readonly string[] }
  | { readonly kind: 'overview'; readonly path: string }
  | { readonly kind: 'version' }

const isHelp = (word: string | undefined): boolean => word === '--help' || word === '-h' || word === 'help'

/** @throws CliError of exit code 2 that names the nearest. */
export function findCommand(groups: readonly Group[], argv: readonly string[]): Found {
  const [first, second] = argv
  if (first === '--version') return { kind: 'version' }
  if (first === undefined || isHelp(first)) return { kind: 'overview', path: '' }
  if (first.startsWith('-')) {
    throw usageError(`${first} stands before the command.`, {
      hint: `Options come behind it: cairn COMMAND … ${first}. \`cairn --help\` lists the commands.`,
    })
  }
  const entries = groups.flatMap((group) => group.commands)
  const alone = entries.find(({ path }) => path === first)
  if (alone !== undefined) return { kind: 'command', entry: alone, words: argv.slice(1) }
  const group = groups.find(({ name }) => name === first)
  if (group === undefined) {
    const names = [...groups.map(({ name }) => name), ...entries.map(({ path }) => path)].filter(
      (name) => name !== '' && !name.includes(' '),
    )
    const longer = entries.map(({ path }) => path).filter((path) => path.endsWith(` ${first}`))
    throw usageError(`There is no command ${first}.${suggestion(first, names)}`, {
      hint: longer.length === 0 ? '`cairn --help` lists them.' : `There is ${longer.join(', ')}.`,
    })
  }
  if (second === undefined || isHelp(second)) return { kind: 'overview', path: first }
  const entry = group.commands.find(({ path }) => path === `${first} ${second}`)
  if (entry === undefined) {
    const names = group.commands.map(({ path }) => path.slice(first.length + 1))
    throw usageError(`There is no command ${first} ${second}.${suggestion(second, names)}`, {
      hint: `\`cairn ${first} --help\` lists them.`,
    })
  }
  return { kind: 'command', entry, words: argv.slice(2) }
}

/** The list of groups, or of the commands of one. */
export function overview(path: string, groups: readonly Group[]): string {
  const group = groups.find(({ name }) => name === path && name !== '')
  if (group !== undefined) {
    const rows = group.commands.map((entry) => [entry.path.slice(path.length + 1), entry.summary] as const)
    return `${group.summary}\n\nUsage: cairn ${path} COMMAND [OPTIONS]\n\nCommands:\n${columns(rows)}\n`
  }
  const named = groups.filter(({ name }) => name !== '').map(({ name, summary }) => [name, summary] as const)
  const alone = groups.flatMap(({ commands }) =>
    commands.filter(({ path: words }) => !words.includes(' ')).map((entry) => [entry.path, entry.summary] as const),
  )
  return [
    'cairn: artifacts, images, workflows and services on a Cairn server.',
    'Usage: cairn COMMAND [OPTIONS]; --help behind any command says more.',
    `Groups:\n${columns(named)}`,
    ...(alone.length === 0 ? [] : [`Commands:\n${columns(alone)}`]),
    'The server: CAIRN_URL and CAIRN_TOKEN, or a context made by `cairn login`.\nScripts of the `peak` program run after `alias peak=cairn`.\n',
  ].join('\n\n')
}
