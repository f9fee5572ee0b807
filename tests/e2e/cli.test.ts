/** The program `cairn` against the real server: what scripts rely on, and what people read when they made a mistake. */
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { printedWorkflow } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, runCairn } from './run-cairn.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
let folder: string
let imageId: number

interface Way {
  readonly env?: Readonly<Record<string, string>>
  readonly stdin?: string
}

function cairn(args: readonly string[], { env = {}, stdin = '' }: Way = {}): Promise<Ended> {
  return runCairn(args, { folder, server, env, stdin })
}

/** The answer of a command that has to go well. */
async function answer(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await cairn(args)
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' })
  return JSON.parse(stdout)
}

async function file(name: string, text: string): Promise<string> {
  await mkdir(dirname(join(folder, name)), { recursive: true })
  await writeFile(join(folder, name), text)
  return name
}

const stepsFile = `body:
  name: {{ name }}
  steps:
    {% include "parts/step.yaml" %}
    last: { imageId: {{ image }}, command: "{{ command }}", parents: [first] }
`

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-cli-'))
  server = await createServerProcess()
  await server.start()
  await file('app/Dockerfile', 'FROM debian:bookworm-slim\n')
  await file(
    'image.yaml',
    'body: { name: base, type: workflow, buildDetails: { context: . } }\nartifact: { path: app }\n',
  )
  await file('steps.yaml', stepsFile)
  await file('parts/step.yaml', 'first:\n  imageId: {{ image }}\n  command: echo hello\n')
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true, force: true })
})

describe('a script', () => {
  it('tries a build, builds and waits, with names in place of numbers', async () => {
    const tried = await cairn(['images', 'create', 'image.yaml', '--dry-run'])
    expect([tried.code, tried.stdout.includes(server.token)]).toEqual([0, false])
    expect(JSON.parse(tried.stdout)).toMatchObject({
      request: { method: 'POST', headers: { authorization: '********' }, body: { name: 'base' } },
      server: { dryRun: true, changes: ['build.queued'] },
      files: [{ path: 'Dockerfile', bytes: 26 }],
    })
    expect(await answer('images', 'list', '--scope', 'custom')).toMatchObject({ imageCount: 0 })
    const built = await answer('images', 'create', 'image.yaml', '--wait')
    expect(built).toMatchObject({ status: 'success' })
    imageId = Number(built['imageId'])
    expect(await answer('images', 'describe', 'base')).toMatchObject({ id: imageId })
    expect((await cairn(['images', 'logs', 'base', '-f'])).stdout).toContain('built ')
  })

  it('runs a workflow, and the exit code says how it ended', async () => {
    const create = (name: string, command: string) =>
      answer(
        'workflows',
        'create',
        'steps.yaml',
        '-p',
        `name=${name}`,
        '-p',
        `image=${imageId}`,
        '-p',
        `command=${command}`,
      )
    await create('good', 'exit 0')
    await create('bad', 'exit 3')
    const [good, bad] = await Promise.all(['good', 'bad'].map((name) => cairn(['run', name, '--wait'])))
    expect([good?.code, JSON.parse(good?.stdout ?? '')]).toMatchObject([0, { status: 'Success' }])
    expect([bad?.code, JSON.parse(bad?.stdout ?? '')]).toMatchObject([7, { status: 'Failed' }])
    expect(bad?.stderr).toContain('last: exit code 3')
    expect(bad?.stderr).toContain('cairn retry')
    expect((await cairn(['workflows', 'logs', 'good', '-f'])).stdout).toBe('first | hello\n')
    const lines = (await cairn(['workflows', 'list', '--all', '-o', 'ndjson'])).stdout.trim().split('\n')
    expect(new Set(lines.map((line) => JSON.parse(line).name))).toEqual(new Set(['bad', 'good']))
    const table = await cairn(['workflows', 'list', '-o', 'table'])
    expect(table.stdout).toMatch(/^ID +WORKFLOW NAME +STATUS/)
  })

  it('logs in by stdin, and uses the context from then on', async () => {
    const env = { CAIRN_URL: '', CAIRN_TOKEN: '' }
    const login = await cairn(['login', server.baseUrl, '--name', 'here'], { env, stdin: `${server.token}\n` })
    expect([login.code, JSON.parse(login.stdout)]).toMatchObject([0, { context: 'here' }])
    const { mode } = await stat(join(folder, 'config/cairn/contexts.json'))
    expect(mode & 0o777).toBe(0o600)
    expect(JSON.parse((await cairn(['whoami'], { env })).stdout)).toMatchObject({ context: 'here' })
    expect((await cairn(['secrets', 'set', 'pass-word'], { env, stdin: 'value-of-it' })).code).toBe(0)
    expect(JSON.parse((await cairn(['secrets', 'list'], { env })).stdout)).toMatchObject({ secretCount: 1 })
  })
})

describe('files written for the reference', () => {
  it('are accepted unchanged: the workflow that its documentation prints', async () => {
    for (const name of ['secret-1', 'secret-2', 'client-id', 'client-secret', 'github', 'token']) {
      await server.client.secrets.createSecret(name, `value-of-${name}`)
    }
    await file('seed.sql', 'select 1')
    await answer('queries', 'put', 'path/to/sql', 'seed.sql')
    await file('seed.yaml', JSON.stringify({ body: printedWorkflow }))
    const tried = await cairn(['workflows', 'create', 'seed.yaml', '--dry-run', '-o', 'json'])
    expect(tried.code === 0 ? 'accepted' : tried.stderr).toBe('accepted')
  })
})

describe('a mistake is answered with what to do:', () => {
  const good = ['-p', 'name=x', '-p', 'command=true'] as const
  it.each<[string, readonly string[], number, RegExp | [RegExp, Way]]>([
    [
      'a wrong token',
      ['whoami'],
      3,
      [/does not know this token[^]*CAIRN_TOKEN[^]*cairn login/, { env: { CAIRN_TOKEN: 'x' } }],
    ],
    [
      'no token',
      ['whoami'],
      3,
      [/no token for[^]*cairn login/, { env: { CAIRN_TOKEN: '', XDG_CONFIG_HOME: '/nowhere' } }],
    ],
    [
      'a server that is down',
      ['whoami'],
      1,
      [/No server answers at[^]*cairn server/, { env: { CAIRN_URL: 'http://127.0.0.1:65001' } }],
    ],
    [
      'a key that is misspelt',
      ['workflows', 'create', 'typo.yaml'],
      2,
      /steps\.a\.comand: is not a known field; did you mean command\?/,
    ],
    [
      'a variable without a value',
      ['workflows', 'create', 'steps.yaml', ...good],
      2,
      /step\.yaml:2: there is no value for image[^]*-p image=/,
    ],
    ['a cron that is none', ['workflows', 'create', 'cron.yaml'], 1, /triggers\.0\.cron/],
    ['a name that is taken', ['images', 'create', 'image.yaml'], 5, /"base" is already in use[^]*create-or-update/],
    [
      'a folder that is missing',
      ['images', 'create', '--name', 'n', '--type', 'api', '--artifact-path', 'gone'],
      2,
      /no folder gone[^]*working directory/,
    ],
    ['a name that is near another', ['workflows', 'describe', 'god'], 4, /no workflow god\. Did you mean good\?/],
    ['a command that is misspelt', ['imagse', 'list'], 2, /Did you mean images\?/],
  ])('%s', async (_what, args, code, expected) => {
    const [message, way] = Array.isArray(expected) ? expected : [expected, {}]
    await file('typo.yaml', `body: { name: t, steps: { a: { imageId: ${imageId}, comand: x } } }`)
    await file(
      'cron.yaml',
      `body: { name: c, triggers: [{ cron: 99 * * * * }], steps: { a: { imageId: ${imageId}, command: x } } }`,
    )
    const ended = await cairn(args, way)
    expect(ended.stderr).toMatch(message)
    expect([ended.code, ended.stdout]).toEqual([code, ''])
  })

  it('and as JSON where JSON is asked for', async () => {
    const { code, stderr } = await cairn(['workflows', 'describe', '999', '-o', 'json'])
    expect(code).toBe(4)
    expect(JSON.parse(stderr)).toMatchObject({
      error: { exitCode: 4, code: 'not_found', requestId: expect.any(String) },
    })
  })
})
