/** Ten mistakes that people make with `cairn`: each is answered with its cause and with what to do, and nothing else. */
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEmbeddedDatabase } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ended, runCairn } from './run-cairn.ts'
import { createServerProcess, type ServerProcess } from './server-process.ts'

let server: ServerProcess
let folder: string

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text)

const cairn = (...args: string[]): Promise<Ended> => cairnWith({}, ...args)

function cairnWith(env: Readonly<Record<string, string>>, ...args: string[]): Promise<Ended> {
  return runCairn(args, { folder, server, stdin: '', env })
}

/** The exit code and the lines for people; request ids differ from call to call. */
async function told(ended: Promise<Ended>): Promise<[number | null, string]> {
  const { code, stdout, stderr } = await ended
  expect(stdout).toBe('')
  expect(stderr).not.toMatch(/^\s+at /m)
  return [code, stderr]
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-mistakes-'))
  // A server that root starts runs its PostgreSQL as another user.
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'app'))
  await write('app/Dockerfile', 'FROM debian:bookworm-slim\nRUN exit 3\n')
  await write('image.yaml', 'body: { name: forecast, type: workflow }\nartifact: { path: app }\n')
  server = await createServerProcess()
  await server.start()
})
afterAll(async () => {
  await server.dispose()
  await rm(folder, { recursive: true })
})

const http = (more: string): string => `body:
  name: nightly
  ${more}
  steps:
    ask: { type: http, url: "https://example.com" }
`

it('a wrong token: says whose it is and how to get another', async () => {
  expect(await told(cairnWith({ CAIRN_TOKEN: 'cairn_wrong' }, 'images', 'list'))).toEqual([
    3,
    expect.stringMatching(/does not know this token\.\n {2}The token is that of CAIRN_TOKEN: .*`cairn login`/),
  ])
})

it('an expired token: says since when, whose it is and how to get another', async () => {
  const { id, token } = await server.client.people.createToken({ label: 'nightly', scope: 'run', expiresInDays: 1 })
  const database = await openEmbeddedDatabase(server.dataDirectory)
  await database.query("update api_token set expires_at = '2026-11-20T09:30:00Z' where id = $1", [id])
  await database.end()
  expect(await told(cairnWith({ CAIRN_TOKEN: token }, 'images', 'list'))).toEqual([
    3,
    expect.stringMatching(
      /^cairn: this token expired at 2026-11-20 09:30 UTC.*\n {2}The token is that of CAIRN_TOKEN\. `cairn tokens create`/,
    ),
  ])
})

it('no server: says where it looked, and how to start or name one', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const url = `http://127.0.0.1:${String(Object(other.address()).port)}`
  other.close()
  await once(other, 'close')
  expect(await told(cairnWith({ CAIRN_URL: url }, 'images', 'list'))).toEqual([
    1,
    `cairn: No server answers at ${url}.\n  Start one with \`cairn server\`, or say where it is: --url, CAIRN_URL or \`cairn login\`.\n`,
  ])
})

it('a typo in a key: names the key that was meant', async () => {
  await write('typo.yaml', http('trigers: []'))
  expect(await told(cairn('workflows', 'create', 'typo.yaml'))).toEqual([
    2,
    'cairn: typo.yaml cannot be sent as it is:\n  trigers: is not a known field; did you mean triggers?\n',
  ])
})

it('a missing variable: names file, line and variable, and how to give it', async () => {
  await write('variable.yaml', http('tags: [{ name: "{{ team }}" }]'))
  expect(await told(cairn('workflows', 'create', 'variable.yaml'))).toEqual([
    2,
    expect.stringMatching(/variable\.yaml:3: there is no value for team\.\n {2}Give it with -p team=… or/),
  ])
})

it('a bad cron: names the field of it and what it takes', async () => {
  await write('cron.yaml', http('triggers: [{ cron: 61 2 * * * }]'))
  expect(await told(cairn('workflows', 'create', 'cron.yaml'))).toEqual([
    1,
    expect.stringMatching(/triggers\.0\.cron: has the minute field "61", which is none: it takes 0 to 59/),
  ])
})

it('a Dockerfile that fails: says at which command, and which command shows the log', async () => {
  const { code, stderr } = await cairn('images', 'create', 'image.yaml', '--wait')
  expect([code, stderr]).toEqual([
    7,
    expect.stringMatching(/ended as failed: .*exit code: 3\n {2}`cairn images .*logs/),
  ])
})

it('a missing folder: says from where paths are taken', async () => {
  expect(await told(cairn('images', 'create', 'image.yaml', '--artifact-path', 'nowhere'))).toEqual([
    2,
    expect.stringMatching(
      /There is no folder nowhere to upload\.\n {2}Paths are relative to the working directory, \//,
    ),
  ])
})

it('a name that is taken: says by what, and which command changes that', async () => {
  expect(await told(cairn('images', 'create', 'image.yaml'))).toEqual([
    5,
    expect.stringMatching(/the name "forecast" is already in use by an image\n.*`create-or-update` does/),
  ])
})

it('a secret that is not there: says which command makes it', async () => {
  await write('secret.yaml', http('#').replace('}\n', ', parameters: { secrets: [pass-word] } }\n'))
  expect(await told(cairn('workflows', 'create', 'secret.yaml'))).toEqual([
    1,
    expect.stringMatching(/secret "pass-word" does not exist[^]*`cairn secrets set pass-word` makes it/),
  ])
})

it('a port that is taken: names the port and the setting', async () => {
  const env = { CAIRN_PORT: String(server.port), CAIRN_DATA_DIR: join(folder, 'other-data'), CAIRN_LOG_LEVEL: 'silent' }
  expect(await told(cairnWith(env, 'server'))).toEqual([
    1,
    expect.stringMatching(new RegExp(`127\\.0\\.0\\.1:${server.port} is taken by another program.*CAIRN_PORT=`)),
  ])
})
