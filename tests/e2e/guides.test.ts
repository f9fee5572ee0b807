/** Every snippet of docs/guides is run as a reader would run it, on one server: TypeScript, Python and the command line. */
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@cairn/testkit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Language, readPage, writeFiles } from './guides/snippets.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '../..')
const guides = join(root, 'docs/guides')
/** What a page makes is used by those behind it. */
const pages = ['images', 'artifacts', 'secrets', 'queries', 'workflows', 'services', 'triggers', 'tenants']

let server: ServerProcess
let directory: string
beforeAll(async () => {
  // Below the root, where TypeScript finds the SDK.
  await mkdir(join(root, '.cairn'), { recursive: true })
  directory = await mkdtemp(join(root, '.cairn/guides-'))
  await mkdir(join(directory, 'bin'))
  await symlink(join(root, 'apps/cli/bin/cairn.mjs'), join(directory, 'bin/cairn'))
  server = await createServerProcess()
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await rm(directory, { recursive: true, force: true })
})

async function untilNone(list: () => Promise<readonly unknown[]>): Promise<void> {
  const look = async (): Promise<void> => {
    const left = await list()
    if (left.length > 0) throw new Error(`${left.length} are not gone`)
  }
  await eventually(look, { timeoutMs: 60_000 })
}

/** Languages use the same names, one after the other. */
beforeEach(async () => {
  const { services, workflows, images, secrets, queries } = server.client
  for await (const { id } of services.listServices()) await services.deleteService(id)
  await untilNone(() => services.listServices().all())
  for await (const { id } of workflows.listWorkflows()) await workflows.deleteWorkflow(id)
  for await (const { id, scope } of images.listImages()) if (scope === 'custom') await images.deleteImage(id)
  const own = async () => (await images.listImages().all()).filter(({ scope }) => scope === 'custom')
  await untilNone(own)
  for await (const { name } of secrets.listSecrets()) await secrets.deleteSecret(name)
  for await (const { path } of queries.listQueries()) await queries.deleteQuery(path)
})

const programs: Readonly<Record<Language, { suffix: string; argv: (file: string) => readonly [string, ...string[]] }>> =
  {
    TypeScript: { suffix: 'ts', argv: (file) => [process.execPath, file] },
    Python: { suffix: 'py', argv: (file) => [process.env['CAIRN_TEST_PYTHON'] ?? 'run by npm test', file] },
    CLI: { suffix: 'sh', argv: (file) => ['bash', '-eu', file] },
  }

/** What went wrong, or null. */
async function runProgram(name: string, language: Language, program: string): Promise<string | null> {
  const { suffix, argv } = programs[language]
  const file = `${name}.md.${suffix}`
  await writeFile(join(directory, file), program)
  const [command, ...args] = argv(file)
  const env = {
    PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
    HOME: directory,
    CAIRN_URL: server.baseUrl,
    CAIRN_TOKEN: server.token,
    PEAK_AUTH_TOKEN: server.token,
  }
  return run(command, args, { cwd: directory, env }).then(
    () => null,
    (error: Error & { stdout?: string; stderr?: string }) =>
      `docs/guides/${name}.md, lines as in the page: ${error.stderr}${error.stdout}`,
  )
}

/** The first thing that went wrong, or null. */
async function runPages(language: Language): Promise<string | null> {
  for (const name of pages) {
    const page = await readPage(join(guides, `${name}.md`))
    await writeFiles(page, directory)
    const program = page.programs.get(language)
    const failure = program === undefined ? null : await runProgram(name, language, program)
    if (failure !== null) return failure
  }
  return null
}

it('does what the guides say in TypeScript', async () => expect(await runPages('TypeScript')).toBeNull())
it('does what the guides say in Python', async () => expect(await runPages('Python')).toBeNull())
it('does what the guides say on the command line', async () => expect(await runPages('CLI')).toBeNull())
