/** docs/sdk-reference.md: the public surface of the SDK with its comments. */
import { type PublicSymbol, readPublicSurface } from './public-surface.ts'

const fence = (code: string): string[] => ['```ts', code, '```', '']

function notesOf({ deprecated, params, throws }: PublicSymbol): string[] {
  const lines = [
    ...(deprecated === null ? [] : [`- **Deprecated**: ${deprecated}`]),
    ...params.map(({ name, text }) => `- \`${name}\`: ${text}`),
    ...throws.map((text) => `- Throws ${text.replace(/^(\w+)/, '`$1`')}`),
  ]
  return lines.length === 0 ? [] : [...lines, '']
}

function bodyOf(symbol: PublicSymbol): string[] {
  return [
    ...fence(symbol.signature),
    symbol.summary,
    '',
    ...notesOf(symbol),
    ...symbol.examples.flatMap((code) => ['Example:', '', ...fence(code)]),
  ]
}

const oneLine = (text: string): string => text.replaceAll(/\s*\n\s*/g, ' ').replaceAll('|', '\\|')

function propertiesOf(symbol: PublicSymbol): string[] {
  const properties = symbol.members.filter(({ kind }) => kind === 'property')
  if (properties.length === 0) return []
  const rows = properties.map(
    ({ signature, summary }) => `| \`${oneLine(signature.replace(/^readonly /, ''))}\` | ${oneLine(summary)} |`,
  )
  return ['| property | |', '| --- | --- |', ...rows, '']
}

function sectionOf(symbol: PublicSymbol): string[] {
  const methods = symbol.members.filter(({ kind }) => kind === 'method')
  return [
    `### ${symbol.name}`,
    '',
    ...bodyOf(symbol),
    ...propertiesOf(symbol),
    ...methods.flatMap((method) => [`#### ${method.name}`, '', ...bodyOf(method)]),
  ]
}

const isError = ({ name }: PublicSymbol): boolean => name.endsWith('Error')

/** The page. */
export function sdkReferencePage(): string {
  const surface = readPublicSurface()
  const isNode = ({ file }: PublicSymbol): boolean => file.startsWith('src/node/')
  const isResource = ({ kind, file }: PublicSymbol): boolean => kind === 'class' && file.startsWith('src/resources/')
  const isFirst = ({ name }: PublicSymbol): boolean => ['createClient', 'CairnClient', 'ClientOptions'].includes(name)
  const groups: readonly (readonly [string, (symbol: PublicSymbol) => boolean])[] = [
    ['The client', isFirst],
    ['Resources', isResource],
    ['Errors', (symbol) => isError(symbol) && !isNode(symbol)],
    ['Folders: `@cairn/sdk/node`', isNode],
    ['Options and answers', () => true],
  ]
  const left = new Set(surface)
  const sections = groups.flatMap(([title, belongs]) => {
    const members = [...left].filter(belongs)
    for (const member of members) left.delete(member)
    return [`## ${title}`, '', ...members.flatMap(sectionOf)]
  })
  return [
    '# Reference of `@cairn/sdk`',
    '',
    'Written by `npm run generate` from the comments of the sources; every example is type-checked. How things are done is',
    'in [the guide](sdk.md). The shapes of the wire (`WorkflowBody`, `ImageDetails`, …) are exported as well, by the names',
    'of the [API document](openapi.json).',
    '',
    ...sections,
  ]
    .join('\n')
    .replaceAll(/\n{3,}/g, '\n\n')
}
