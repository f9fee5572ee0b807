/**
 * The page of the reference's documentation that shows how images, workflows, web apps and services are made, snippet by
 * snippet in three ways: by the unmodified Python client, by `@cairn/sdk`, and by `cairn` with the files that the Python
 * client reads. Only addresses, numbers of images and names are exchanged. Each way has to make the same things.
 */
import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { promisify } from 'node:util'
import { GitServer, HttpReceiver } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createServerProcess, type ServerProcess } from '../e2e/server-process.ts'
import { followPage, type Page } from './seed-page.ts'

const run = promisify(execFile)
const languages = ['python', 'typescript', 'cli'] as const
type Language = (typeof languages)[number]

let server: ServerProcess
let http: HttpReceiver
let git: GitServer
let folder: string
const pages = new Map<Language, Page>()

async function prepare(): Promise<void> {
  const { secrets, queries } = server.client
  for (const name of ['secret', 'secret-1', 'secret-2', 'token', 'client-id', 'client-secret', 'github']) {
    await secrets.createSecret(name, `value-of-${name}`)
  }
  await queries.putQuery(
    'path/to/sql',
    'create schema if not exists schema_name;' +
      'create table if not exists schema_name.table_name (column_name text);' +
      'insert into schema_name.table_name values ({{ key }})',
  )
}

beforeAll(async () => {
  const python = process.env['CAIRN_TEST_PYTHON']
  if (python === undefined) throw new Error('run these tests by `npm test`: it sets CAIRN_TEST_PYTHON')
  folder = await mkdtemp(join(tmpdir(), 'cairn-page-'))
  await cp(join(import.meta.dirname, 'fixtures/seed-page'), folder, { recursive: true })
  await mkdir(join(folder, 'bin'))
  await symlink(resolve('apps/cli/bin/cairn.mjs'), join(folder, 'bin/cairn'))
  http = await HttpReceiver.open()
  http.answer = (call, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(call.path === '/token' ? { access_token: 'given', expires_in: 60 } : { ok: true }))
  }
  git = await GitServer.open()
  git.token = 'value-of-github'
  await git.commit('code', 'main', { 'script.py': 'echo "seed $key $key1 $HELLO"' })
  server = await createServerProcess()
  await server.start()
  await prepare()
  const place = { folder: join(folder, 'app'), http: http.url, git: git.urlOf('code') }
  pages.set('typescript', await followPage(server.client, place))
  const env = {
    PATH: `${join(folder, 'bin')}:${process.env['PATH']}`,
    HOME: folder,
    CAIRN_URL: server.baseUrl,
    CAIRN_TOKEN: server.token,
    PEAK_AUTH_TOKEN: server.token,
    PAGE_HTTP_URL: http.url,
    PAGE_GIT_URL: place.git,
  }
  const { stdout } = await run(python, [join(import.meta.dirname, 'seed_page.py'), folder], { env })
  pages.set('python', JSON.parse(stdout.trim().split('\n').at(-1) ?? ''))
  await run('bash', ['page.sh'], { env, cwd: folder })
  pages.set('cli', await readPageOfCli())
})
afterAll(async () => {
  await server.dispose()
  await git.close()
  await http.close()
  await rm(folder, { recursive: true })
})

async function readPageOfCli(): Promise<Page> {
  const json = async (name: string) => JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8'))
  const ended = await json('run')
  return {
    image: await json('image'),
    version: await json('version'),
    workflow: (await json('workflow')).id,
    triggered: [(await json('webhook')).id, (await json('manual')).id],
    run: Object.fromEntries(ended.steps.map(({ name, status }: { name: string; status: string }) => [name, status])),
    webapp: (await json('webapp')).id,
    service: (await json('service')).id,
    url: (await json('described')).url,
    tested: await json('tested'),
  }
}

function pageOf(language: Language): Page {
  const page = pages.get(language)
  if (page === undefined) throw new Error(`nothing was made by ${language}`)
  return page
}

/** Without what differs from one making to the next: names begin with the language, ids and times are its own. */
function common(described: object, language: Language): unknown {
  const own = new Set(['id', 'imageId', 'versionId', 'imageVersionId', 'lastExecution', 'instances'])
  const isOwn = (key: string, value: unknown): boolean =>
    own.has(key) || /(At|Date|Time|scheduled)$/.test(key) || (key === 'webhook' && typeof value === 'string')
  return JSON.parse(
    JSON.stringify(described, (key, value: unknown) => (isOwn(key, value) ? undefined : value)).replaceAll(
      `${language}-`,
      '',
    ),
  )
}

describe.each(languages)('by %s', (language) => {
  it('image and version are built with the arguments of their own', async () => {
    const { images } = server.client
    const { image, version } = pageOf(language)
    const made = await images.describeVersion(image.imageId, image.versionId)
    const next = await images.describeVersion(version.imageId, version.versionId)
    expect([made.version, made.status, next.version, next.status]).toEqual(['0.0.1', 'in-use', '0.0.2', 'ready'])
    expect(next.buildDetails).toMatchObject({ useCache: false, buildArguments: [{ name: 'HELLO', value: 'again' }] })
  })

  it('the workflow runs: code of the private repository, OAuth, SQL, export', async () => {
    const { run: ended, workflow } = pageOf(language)
    expect(ended).toEqual({ stepName: 'Success', stepName2: 'Success', stepName3: 'Success', stepName4: 'Success' })
    const { workflows } = server.client
    const [execution] = await workflows.listExecutions(workflow).all()
    const { logs } = await workflows.getExecutionLogs(workflow, execution?.executionId ?? '', { stepName: 'stepName' })
    expect(logs?.at(-1)?.message).toBe('seed value value1 world')
  })

  it('the web app sleeps when it may, and the service answers at its address and to a test', async () => {
    const { services } = server.client
    const { webapp, service, url, tested } = pageOf(language)
    expect(await services.describeService(webapp)).toMatchObject({ status: 'AVAILABLE', scaleToZero: true })
    expect((await services.describeService(service)).url).toBe(url)
    expect(await open(url)).toEqual([200, 'Hello from the service! value1'])
    expect(tested).toEqual({
      reqStartTime: expect.any(String),
      reqEndTime: expect.any(String),
      responseBody: 'Hello from the service! value1',
      responseSize: expect.any(String),
      responseStatus: 200,
    })
  })

  it('everything is as the other ways make it', async () => {
    const { workflows, services } = server.client
    const describeAll = async (by: Language): Promise<unknown[]> => {
      const { workflow, triggered, webapp, service } = pageOf(by)
      const all = [
        ...(await Promise.all([workflow, ...triggered].map((id) => workflows.describeWorkflow(id)))),
        ...(await Promise.all([webapp, service].map((id) => services.describeService(id)))),
      ]
      return all.map((described) => common(described, by))
    }
    expect(await describeAll(language)).toEqual(await describeAll('typescript'))
  })
})

it('the address was called with the token of OAuth and the headers, once by each', () => {
  const expected = { authorization: 'Bearer given', 'x-auth-tenant': 'some-tenant', 'x-auth-token': 'value-of-token' }
  const calls = http.calls.filter(({ path }) => path === '/hello').map(({ headers }) => headers)
  expect(calls).toEqual(languages.map(() => expect.objectContaining(expected)))
})

/** Status and text of a service's page, as the holder of the token gets it. */
async function open(url: string): Promise<readonly [number | undefined, string]> {
  const { host, pathname } = new URL(url)
  const headers = { host, authorization: server.token }
  const asking = request({ host: '127.0.0.1', port: server.port, path: pathname, headers, agent: false }).end()
  const [answer] = (await once(asking, 'response')) as [IncomingMessage]
  return [answer.statusCode, await text(answer)]
}
