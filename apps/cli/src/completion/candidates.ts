/** What may stand where somebody presses the key of completion. Pure but for loading the command. */
import type { Group } from '../commands/table.ts'
import type { Command } from '../grammar/command.ts'
import { type ArgumentCompletion, type Completion, type Option, optionName } from '../grammar/option.ts'

/** Words to choose from, or the kind of thing whose names are. */
export type Candidates =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'names'; readonly of: Completion }

const words = (found: readonly string[]): Candidates => ({ kind: 'words', words: found })

/** @param line the words behind `cairn`, the last one as far as it is typed */
export async function candidatesFor(groups: readonly Group[], line: readonly string[]): Promise<Candidates> {
  const [first = '', second] = line
  const entries = groups.flatMap((group) => group.commands)
  if (line.length <= 1) {
    const alone = entries.map(({ path }) => path).filter((path) => !path.includes(' '))
    return words([...groups.map(({ name }) => name).filter((name) => name !== ''), ...alone])
  }
  const alone = entries.find(({ path }) => path === first)
  if (alone !== undefined) return candidatesOf((await alone.load()).command, line.slice(1))
  const group = groups.find(({ name }) => name === first && name !== '')
  if (group === undefined) return words([])
  if (line.length === 2) return words(group.commands.map(({ path }) => path.slice(first.length + 1)))
  const entry = group.commands.find(({ path }) => path === `${first} ${second}`)
  return entry === undefined ? words([]) : candidatesOf((await entry.load()).command, line.slice(2))
}

function candidatesOf(command: Command, given: readonly string[]): Candidates {
  const current = given.at(-1) ?? ''
  const before = given.slice(0, -1)
  const options = namedOptions(command)
  const asking = options.get(before.at(-1) ?? '')
  if (asking !== undefined && asking.kind !== 'flag') return valuesOf(asking)
  if (current.startsWith('-')) return words([...options.keys()].filter((name) => name.startsWith('--')))
  const positionals = positionalsIn(before, options)
  const next = Object.values(command.arguments)[positionals.length]
  return next === undefined ? words([]) : namedBy(next.completion, positionals.at(-1))
}

const ofKinds: ReadonlyMap<string | undefined, Completion> = new Map(
  (['image', 'workflow', 'service', 'artifact'] as const).map((kind) => [kind, kind]),
)

function namedBy(completion: ArgumentCompletion, before: string | undefined): Candidates {
  if (completion === 'kind before') return { kind: 'names', of: ofKinds.get(before) ?? 'none' }
  return typeof completion === 'string' ? { kind: 'names', of: completion } : words(completion)
}

function namedOptions({ options }: Command): ReadonlyMap<string, Option<unknown>> {
  return new Map(
    Object.entries(options).flatMap(([key, option]) => {
      const name = optionName(key)
      const denied = option.deniable ? [name.replace('--', '--no-')] : []
      const short = option.short === null ? [] : [`-${option.short}`]
      return [name, ...denied, ...short].map((each) => [each, option] as const)
    }),
  )
}

function valuesOf({ values, completion }: Option<unknown>): Candidates {
  return values === null ? { kind: 'names', of: completion } : words(values)
}

function positionalsIn(given: readonly string[], options: ReadonlyMap<string, Option<unknown>>): string[] {
  return given.filter((word, at) => {
    const before = options.get(given[at - 1] ?? '')
    const isValue = before !== undefined && before.kind !== 'flag'
    return !word.startsWith('-') && !isValue
  })
}
