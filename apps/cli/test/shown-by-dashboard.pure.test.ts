/** What the dashboard shows to copy works as it stands: command lines, requests, expressions of the SDK, and samples. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readBody, routes } from '@cairn/contract'
import { createClient } from '@cairn/sdk'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { curlText, shellWord } from '../../dashboard/src/components/snippet-texts.ts'
import { groups } from '../src/commands/table.ts'
import { readEnvironment } from '../src/environment.ts'
import { CliError, exitCodes } from '../src/errors/cli-error.ts'
import { findCommand } from '../src/grammar/find-command.ts'
import { parseWords } from '../src/grammar/parse.ts'
import { Output } from '../src/output/output.ts'
import { Progress } from '../src/output/progress.ts'
import { Session } from '../src/session/session.ts'
import { readYamlMap } from '../src/templates/read-yaml.ts'
import { shownIds, shownInText, shownSnippets, shownStarts } from './shown-by-dashboard.ts'

interface Asked {
  readonly method: string
  readonly path: string
  /** Without the pages, which each way divides as it likes. */
  readonly query: string
  readonly body: string
}

let server: Server
let baseUrl: string
let folder: string
const asked: Asked[] = []

/** Names that the lines and samples refer to; everything else is not there. */
const known: Readonly<Record<string, unknown>> = {
  '/image-management/api/v2/images/': { images: [{ id: shownIds.image, name: 'forecast' }], imageCount: 1 },
  '/workflows/api/v1/workflows/': { workflows: [{ id: shownIds.workflow, name: 'nightly' }], workflowsCount: 1 },
  [`/workflows/api/v1/workflows/${shownIds.workflow}`]: {
    id: shownIds.workflow,
    name: 'nightly',
    steps: { ask: { type: 'http', method: 'get', url: 'https://example.com', parents: [] } },
    triggers: [],
    watchers: [],
    tags: [],
  },
}

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://x')
  for (const name of ['pageSize', 'pageNumber']) searchParams.delete(name)
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  const isJson = request.headers['content-type']?.includes('json') === true
  const body = isJson ? JSON.stringify(JSON.parse(Buffer.concat(chunks).toString())) : ''
  asked.push({ method: request.method ?? '', path: pathname, query: searchParams.toString(), body })
  const found = request.method === 'GET' ? known[pathname] : undefined
  response.writeHead(found === undefined ? 404 : 200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(found ?? { code: 'not_found', detail: 'there is none' }))
}

beforeAll(async () => {
  server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  baseUrl = `http://127.0.0.1:${String(Object(server.address()).port)}`
  folder = await mkdtemp(join(tmpdir(), 'cairn-shown-'))
})
afterAll(async () => {
  server.close()
  await rm(folder, { recursive: true })
})

const wordsOf = (line: string): string[] => line.split(' ').slice(1)

async function parsed(line: string) {
  const found = findCommand(groups, wordsOf(line))
  if (found.kind !== 'command') throw new Error(`${line} is no command`)
  const { command } = await found.entry.load()
  const words = parseWords(command, found.words)
  if (words.kind !== 'given') throw new Error(`${line} asks for ${words.kind}`)
  return { command, given: words.given }
}

/** Runs a command line, and gives what it threw. */
async function runLine(line: string): Promise<unknown> {
  const { command, given } = await parsed(line)
  const streams = {
    stdout: { write: () => undefined, isTerminal: false, width: null },
    stderr: { write: () => undefined, isTerminal: false },
  }
  const session = new Session({
    environment: readEnvironment({ HOME: folder, CAIRN_URL: baseUrl, CAIRN_TOKEN: 'x' }),
    output: new Output('json', streams, true),
    progress: new Progress(streams),
    streams,
    signal: new AbortController().signal,
    workingDirectory: folder,
    target: { url: undefined, context: undefined },
    isDryRun: false,
  })
  return command.run(given, session).then(
    () => null,
    (error: unknown) => error,
  )
}

/** The last request that something makes. */
async function requestOf(work: () => Promise<unknown>): Promise<Asked | undefined> {
  asked.length = 0
  await work()
  return asked.at(-1)
}

type Expression = (client: ReturnType<typeof createClient>) => Promise<unknown>

const settings = readFileSync(join(import.meta.dirname, '../../../docs/config.md'), 'utf8')

let written = 0

/** The expression as a module of its own, as somebody who copies it has it. */
async function expressionOf(text: string): Promise<Expression> {
  written += 1
  const file = join(folder, `expression-${written}.mjs`)
  await writeFile(file, `export default async (client) => { ${text} }\n`)
  const loaded: { readonly default: Expression } = await import(pathToFileURL(file).href)
  return loaded.default
}

/** What is wrong with a command line; null = nothing. */
async function faultOf(line: string, takesSample: boolean): Promise<string | null> {
  asked.length = 0
  const [, setting] = /^(CAIRN_[A-Z_]+)=\S+ npm start$/.exec(line) ?? []
  if (setting !== undefined) return settings.includes(`\`${setting}\``) ? null : `there is no setting ${setting}`
  // It asks for a value, which is never on the command line.
  if (line.startsWith('cairn secrets set')) return (await parsed(line)).given.args === undefined ? line : null
  const error = await runLine(line)
  if (error instanceof CliError && error.exitCode === exitCodes.usage) return error.message
  return takesSample && !/^P(?:OST|UT|ATCH)$/.test(asked.at(-1)?.method ?? '') ? `${line} sends no sample` : null
}

describe('each panel of snippets', () => {
  it('is found', () => expect(shownSnippets.length).toBeGreaterThan(24))

  it.each(shownSnippets)('of $file asks for one thing in three ways: $api', async ({ api, cli, sdk }) => {
    const [method = '', path = '', ...body] = api.split(' ')
    const json = body.length === 0 ? {} : { body: body.join(' '), headers: { 'content-type': 'application/json' } }
    if (body.length > 0) await writeFile(join(folder, 'workflow.yaml'), body.join(' '))
    const byApi = await requestOf(() => fetch(`${baseUrl}${path}`, { method, ...json }))
    const client = createClient({ baseUrl, token: 'x', retry: { retries: 0 } })
    const expression = await expressionOf(sdk)
    const bySdk = await requestOf(() => expression(client).catch(() => null))
    const byCli = await requestOf(() => runLine(cli))
    expect({ sdk: bySdk, cli: byCli }).toEqual({ sdk: byApi, cli: byApi })
  })

  it('quotes what a shell would take apart', () => {
    expect(shellWord('sales/load.sql')).toBe('sales/load.sql')
    expect(shellWord("the year's $total.sql")).toBe(String.raw`'the year'\''s $total.sql'`)
    expect(curlText(`POST /x {"a": "it's"}`, 'http://x')).toContain(String.raw`-d '{"a": "it'\''s"}'`)
  })
})

describe('each page on which nothing is yet', () => {
  const withCommands = shownStarts.filter(({ commands }) => commands.length > 0)

  it('is found', () => expect(withCommands.length).toBeGreaterThan(9))

  it.each(withCommands)('of $file shows commands that take its sample: $commands', async ({ commands, sample }) => {
    if (sample !== null) await writeFile(join(folder, sample.fileName), sample.content)
    const faults: (string | null)[] = []
    for (const line of commands) faults.push(await faultOf(line, sample !== null))
    expect(faults).toEqual(commands.map(() => null))
  })

  it('shows watchers that a workflow takes', async () => {
    const inbox = shownStarts.find(({ file }) => file.endsWith('inbox.tsx'))
    const steps = { ask: { type: 'http', method: 'get', url: 'https://example.com' } }
    const body = { name: 'x', steps, ...(await readYamlMap(inbox?.sample?.content ?? '', 'watchers')) }
    expect(body).toHaveProperty('watchers')
    expect(readBody(routes.createWorkflow, body).kind).toBe('valid')
  })
})

it.each(shownInText)('the text of $file names a command: $line', async ({ line }) => {
  await expect(parsed(line)).resolves.toHaveProperty('command')
})
