/** What the screens of the dashboard show to copy, read from their sources. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Snippets } from '../../dashboard/src/components/snippet-texts.ts'

const root = join(import.meta.dirname, '../../dashboard/src')
const sources = globSync('**/*.{ts,tsx}', { cwd: root }).map((file) => ({
  file,
  text: readFileSync(join(root, file), 'utf8'),
}))

export const shownIds = {
  uuid: '01a21cb6-abd2-7435-b071-f2794005f002',
  workflow: 7,
  image: 4,
  version: 5,
  query: 'sales/load.sql',
}

/** What stands in for the values of a page, by the expression that names them. */
const values: Readonly<Record<string, string>> = {
  workflowId: String(shownIds.workflow),
  'image.id': String(shownIds.image),
  imageId: String(shownIds.image),
  versionId: String(shownIds.version),
  id: shownIds.uuid,
  executionId: shownIds.uuid,
  deliveryId: shownIds.uuid,
  artifactId: shownIds.uuid,
  'encodeURIComponent(path)': encodeURIComponent(shownIds.query),
  'shellWord(path)': shownIds.query,
  'JSON.stringify(path)': JSON.stringify(shownIds.query),
}

function filledIn(template: string, file: string): string {
  return template.replaceAll('\\n', '\n').replaceAll(/\$\{([^}]+)\}/g, (_whole, expression: string) => {
    const value = values[expression]
    if (value === undefined) throw new Error(`${file} shows \${${expression}}, for which nothing stands in here`)
    return value
  })
}

const literal = String.raw`(['"${'`'}])((?:(?!\NUMBER).)+)\NUMBER`
const literalAs = (group: number): string => literal.replaceAll('NUMBER', String(group))

export interface ShownSnippets extends Snippets {
  readonly file: string
}

/** Of each panel. */
export const shownSnippets: readonly ShownSnippets[] = sources.flatMap(({ file, text }) => {
  const panel = new RegExp(String.raw`\bapi: ${literalAs(1)},\s+cli: ${literalAs(3)},\s+sdk: ${literalAs(5)}`, 'g')
  return [...text.matchAll(panel)].map(([, , api = '', , cli = '', , sdk = '']) => ({
    file,
    api: filledIn(api, file),
    cli: filledIn(cli, file),
    sdk: filledIn(sdk, file),
  }))
})

export interface ShownStart {
  readonly file: string
  readonly commands: readonly string[]
  /** A file that the commands take. */
  readonly sample: { readonly fileName: string; readonly content: string } | null
}

function sampleOf(state: string, text: string, file: string): ShownStart['sample'] {
  const [, , fileName] = new RegExp(`fileName: ${literalAs(1)}`).exec(state) ?? []
  if (fileName === undefined) return null
  const [, , inPlace] = new RegExp(`content: ${literalAs(1)}`).exec(state) ?? []
  const [, apart] = /^const sample = `([^`]+)`/m.exec(text) ?? []
  const content = inPlace ?? apart
  if (content === undefined) throw new Error(`${file} shows a sample that is not found here`)
  return { fileName, content: filledIn(content, file) }
}

/** Of each state of a page on which nothing is yet. */
export const shownStarts: readonly ShownStart[] = sources.flatMap(({ file, text }) =>
  [...text.matchAll(/<EmptyState\b[^]*?\n\s*(?:\/>|>\n)/g)].map(([state]) => {
    const [, , command = ''] = new RegExp(`command=\\{?${literalAs(1)}`).exec(state) ?? []
    const commands = command === '' ? [] : filledIn(command, file).split(' && ')
    return { file, commands, sample: sampleOf(state, text, file) }
  }),
)

/** Command lines in running text. */
export const shownInText: readonly { readonly file: string; readonly line: string }[] = sources.flatMap(
  ({ file, text }) => [...text.matchAll(/<code>(cairn [^<{]+)<\/code>/g)].map(([, line = '']) => ({ file, line })),
)
