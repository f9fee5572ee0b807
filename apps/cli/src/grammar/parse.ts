/** From the words of a command line to the values that a command declared. */
import { parseArgs } from 'node:util'
import { usageError } from '../errors/cli-error.ts'
import type { ArgumentMap, Command, Given, OptionMap } from './command.ts'
import { suggestion } from './nearest-name.ts'
import { type Option, optionName } from './option.ts'

interface Words {
  readonly positionals: string[]
  /** Values by key of the option, in order; `true` and `false` of flags. */
  readonly given: Map<string, string[]>
}

interface Known {
  readonly key: string
  readonly option: Option<unknown>
  readonly value: 'true' | 'false'
}

function knownNames(options: OptionMap): Map<string, Known> {
  const names = new Map<string, Known>()
  for (const [key, option] of Object.entries(options)) {
    const name = optionName(key)
    names.set(name, { key, option, value: 'true' })
    if (option.short !== null) names.set(`-${option.short}`, { key, option, value: 'true' })
    if (option.deniable) names.set(name.replace('--', '--no-'), { key, option, value: 'false' })
  }
  return names
}

/** The options in the form of Node's parser: it splits words, values and clusters of short options. */
function parserOptions(names: ReadonlyMap<string, Known>) {
  return Object.fromEntries(
    [...names].flatMap(([name, { option }]) => {
      if (!name.startsWith('--')) return []
      const type = option.kind === 'flag' ? ('boolean' as const) : ('string' as const)
      const isOwn = option.short !== null && !name.startsWith('--no-')
      return [[name.slice(2), isOwn ? { type, short: option.short ?? '' } : { type }]]
    }),
  )
}

function splitWords(words: readonly string[], options: OptionMap): Words {
  const names = knownNames(options)
  const { tokens } = parseArgs({
    args: [...words],
    options: parserOptions(names),
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  const found: Words = { positionals: [], given: new Map() }
  for (const token of tokens) {
    if (token.kind === 'positional') found.positionals.push(token.value)
    if (token.kind !== 'option') continue
    const known = names.get(`--${token.name}`)
    if (known === undefined) throw unknownOption(token.rawName, [...names.keys()])
    found.given.set(known.key, [...(found.given.get(known.key) ?? []), valueOf(known, token)])
  }
  return found
}

function unknownOption(name: string, names: readonly string[]): Error {
  const long = names.filter((known) => known.startsWith('--'))
  return usageError(`There is no option ${name} here.${suggestion(name, long)}`, {
    hint: 'Add --help for the options of this command.',
  })
}

function valueOf(known: Known, token: { readonly rawName: string; readonly value?: string | undefined }): string {
  if (known.option.kind === 'flag') {
    if (token.value === undefined) return known.value
    throw usageError(`${token.rawName} takes no value; got ${token.value}.`)
  }
  if (token.value !== undefined) return token.value
  throw usageError(`${token.rawName} needs a value: ${token.rawName} ${known.option.placeholder ?? ''}`.trimEnd())
}

function readArguments(declared: ArgumentMap, positionals: readonly string[]): Record<string, unknown> {
  const entries = Object.entries(declared)
  const [extra] = positionals.slice(entries.length)
  if (extra !== undefined) {
    const taken = entries.map(([, { placeholder }]) => placeholder).join(' ')
    throw usageError(`${extra} is one word too many: this command takes ${taken === '' ? 'no arguments' : taken}.`)
  }
  return Object.fromEntries(entries.map(([key, argument], index) => [key, argument.read(positionals[index])]))
}

function readOptions(declared: OptionMap, given: ReadonlyMap<string, readonly string[]>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(declared).map(([key, option]) => [key, option.read(given.get(key) ?? [], optionName(key))]),
  )
}

/** What was given, or the wish for something that needs no arguments. */
export type Parsed =
  | { readonly kind: 'given'; readonly given: Given<ArgumentMap, OptionMap> }
  | { readonly kind: 'help' }
  | { readonly kind: 'sample' }

/**
 * Reads the words after the name of a command.
 *
 * @throws CliError of exit code 2 that names the word and what is taken instead.
 */
export function parseWords(command: Command, words: readonly string[]): Parsed {
  const end = words.indexOf('--')
  const before = end === -1 ? words : words.slice(0, end)
  if (before.includes('--help') || before.includes('-h')) return { kind: 'help' }
  const { positionals, given } = splitWords(words, command.options)
  // A sample is asked for without the arguments that a real call needs.
  if (command.sample !== null && given.get('generate')?.at(-1) === 'true') return { kind: 'sample' }
  const args = readArguments(command.arguments, positionals)
  const options = readOptions(command.options, given)
  // Read by the maps of the declaration, whose types these are.
  return { kind: 'given', given: { args, options } as Given<ArgumentMap, OptionMap> }
}
