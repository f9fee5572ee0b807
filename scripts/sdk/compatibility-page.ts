/** docs/compatibility.md, from what the last run of tests/compat/every-method.test.ts wrote down. */
import { type CairnClient, createClient } from '@cairn/sdk'

/** The result of a run: what came of each method (`images.create_image`) and command (`peak images create`). */
export interface CompatibilityRun {
  readonly version: string
  readonly results: Readonly<Record<string, string>>
}

/** Why a group, or a method of it, is not served. The first that begins a name counts. */
const reasons: readonly (readonly [string, string])[] = [
  ['apps', 'Press: templates of applications with their releases. Not part of Cairn'],
  ['blocks', 'Press: templates of applications with their releases. Not part of Cairn'],
  ['specs', 'Press: templates of applications with their releases. Not part of Cairn'],
  ['deployments', 'Press: templates of applications with their releases. Not part of Cairn'],
  ['metrics', 'A semantic layer on Cube models. Not part of Cairn; Cube itself runs as a service'],
  ['cache', 'A Valkey of the tenant, to which the client connects by itself. Cairn brings none'],
  ['alerts', 'E-mails from templates: answered 501, not built. Watchers of workflows send e-mail'],
  ['tenants', 'Credentials of the warehouse: answered 501, not built. They are never handed out by the API'],
]

const groupOf = (name: string): string => name.replace(/^peak /, '').split(/[. ]/, 1)[0] ?? ''

/** Why something that does not pass is not served. */
export function reasonOf(name: string): string {
  const found = reasons.find(([prefix]) => groupOf(name) === prefix)
  if (found === undefined) throw new Error(`${name} does not pass: say in scripts/sdk/compatibility-page.ts why`)
  return found[1]
}

/** `create_image` → `createImage`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_(\w)/g, (_match, letter: string) => letter.toUpperCase())
}

/** The method of the TypeScript client that is named as a method of the reference client; null when there is none. */
export function counterpartOf(client: CairnClient, name: string): string | null {
  const [resource = '', method = ''] = name.split('.')
  const own: unknown = Reflect.get(client, resource)
  const found: unknown = typeof own === 'object' && own !== null ? Reflect.get(own, camelCase(method)) : null
  return typeof found === 'function' ? `client.${resource}.${camelCase(method)}` : null
}

const nowhere = createClient({ baseUrl: 'http://localhost', token: 'none' })

function row(name: string, result: string): string {
  const counterpart = name.startsWith('peak ') ? [] : [counterpartOf(nowhere, name)]
  const cells = counterpart.map((method) => (method === null ? '–' : `\`${method}\``))
  return `| \`${name}\` | ${result === 'passes' ? 'passes' : 'not served'} | ${[...cells, ''].join(' | ').trimEnd()}`.trimEnd()
}

function table(title: string, header: string, entries: readonly (readonly [string, string])[]): string[] {
  const columns = header.split('|').length
  const rule = `| ${Array.from({ length: columns }, () => '---').join(' | ')} |`
  return [`## ${title}`, '', `| ${header} |`, rule, ...entries.map(([name, result]) => row(name, result)), '']
}

function notServed(entries: readonly (readonly [string, string])[]): string[] {
  const groups = new Map<string, Set<string>>()
  for (const [name, result] of entries) {
    if (result === 'passes') continue
    const group = groupOf(name)
    groups.set(group, (groups.get(group) ?? new Set()).add(reasonOf(name)))
  }
  const lines = [...groups].map(([group, why]) => `| \`${group}\` | ${[...why].join('; ')} |`)
  return ['## What is not served, and why', '', '| group | why |', '| --- | --- |', ...lines, '']
}

/** The page. */
export function compatibilityPage({ version, results }: CompatibilityRun): string {
  const entries = Object.entries(results)
  const methods = entries.filter(([name]) => !name.startsWith('peak '))
  const commands = entries.filter(([name]) => name.startsWith('peak '))
  const passing = (of: typeof entries): string =>
    `${of.filter(([, result]) => result === 'passes').length} of ${of.length}`
  return [
    '# Compatibility with the reference client',
    '',
    `The unmodified Python client of the Peak platform, \`peak-sdk\` ${version} from PyPI, against this version of Cairn:`,
    `**${passing(methods)} methods and ${passing(commands)} commands pass.** Cairn is not affiliated with Peak.`,
    '',
    'Written by `npm run generate` from the result of a test run, `tests/compat/results.json`: every public method and',
    'every command that the client has is in it. It passes when the client is content with what the server answers; what',
    'each call does is tested in `tests/compat` method by method. In the last column of the first table is the method of',
    '`@cairn/sdk`.',
    '',
    ...notServed(entries),
    'Against the contract, which was made from 1.23, 1.29 has `tenants.get_credentials(all_warehouses=…)`,',
    '`metrics.query_v3`, `metrics.get_warehouse_schema` and `metrics.get_source` (with their commands) and',
    '`peak blocks specs validate`; they stand in the groups above.',
    '',
    ...table('Methods', 'method | result | `@cairn/sdk`', methods),
    ...table('Commands', 'command | result', commands),
  ].join('\n')
}
