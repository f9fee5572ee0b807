/** Command lines that the screens show are ones that the command line has, with options that it knows. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const root = join(import.meta.dirname, '../../..')
const reference = readFileSync(join(root, 'docs/cli-reference.md'), 'utf8')

/** Of each command, what the reference says of it. */
const commands = new Map(
  reference
    .split(/^### (?=cairn )/m)
    .slice(1)
    .map((section) => [section.slice(0, section.indexOf('\n')), section]),
)

interface Shown {
  readonly file: string
  readonly line: string
}

const shown = globSync('**/*.{ts,tsx}', { cwd: import.meta.dirname }).flatMap((file): Shown[] => {
  const found = readFileSync(join(import.meta.dirname, file), 'utf8').matchAll(
    /(?:\bcli: |\bcommand=\{?)(['"`])(cairn .+?)\1/g,
  )
  return [...found].flatMap(([, , text = '']) => text.split(' && ').map((line) => ({ file, line })))
})

it('finds command lines', () => expect(shown.length).toBeGreaterThan(15))

it.each(shown.filter(({ line }) => line.startsWith('cairn ')))('knows "$line" of $file', ({ line }) => {
  const [, first = '', second = ''] = line.split(' ')
  const section = commands.get(`cairn ${first} ${second}`) ?? commands.get(`cairn ${first}`)
  expect(section, 'a command of that name').toBeDefined()
  for (const [option] of line.matchAll(/--[a-z-]+/g)) expect(section).toContain(option)
})
