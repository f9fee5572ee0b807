/** Servers that build on a real container engine are killed at each stage of a build; another one goes on. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { buildLogStream, imageTag } from '@cairn/domain'
import { createDockerDriver } from '@cairn/driver-docker'
import { zipFolder } from '@cairn/sdk/node'
import {
  enqueueWork,
  ensureTenant,
  insertBuild,
  insertImage,
  insertImageVersion,
  insertStoredObject,
  openLocalObjectStore,
  readLog,
  readResourceEvents,
} from '@cairn/store'
import { createTestDatabase, eventually, silentLogger, type TestDatabase, testDockerHost } from '@cairn/testkit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeOwnedObjects } from '../../scripts/container-engine/remove-owned-objects.ts'
import type { BuildServerOptions } from './builds/build-server.ts'

const run = promisify(execFile)
const dockerHost = testDockerHost()
const call = { signal: AbortSignal.timeout(600_000) }

let test: TestDatabase
let directory: string
let installation: string
let servers: ChildProcess[]

beforeEach(async () => {
  test = await createTestDatabase()
  directory = await mkdtemp(join(tmpdir(), 'cairn-build-crash-'))
  installation = `crash${process.pid}`
  servers = []
})
afterEach(async () => {
  for (const server of servers) await kill(server)
  await test.drop()
  await removeOwnedObjects(dockerHost, installation)
  await rm(directory, { recursive: true, force: true })
})

function start(point: string | null): ChildProcess {
  const options: BuildServerOptions = { url: test.url, directory, installation, dockerHost, point }
  const script = join(import.meta.dirname, 'builds/build-server.ts')
  const server = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit'] })
  servers.push(server)
  return server
}

async function kill(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return
  const exited = once(server, 'exit')
  server.kill('SIGKILL')
  await exited
}

async function died(server: ChildProcess): Promise<void> {
  if (server.signalCode === null) await once(server, 'exit')
  expect(server.signalCode).toBe('SIGKILL')
}

interface Ids {
  readonly tenantId: string
  readonly imageId: number
  readonly versionId: number
  readonly buildId: number
}

/** As the API asks for a build of an upload. */
async function ask(dockerfile: string): Promise<Ids> {
  const folder = join(directory, 'context')
  await mkdir(folder)
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  await writeFile(join(folder, 'app.txt'), 'the app')
  const zip = await zipFolder(folder)
  await mkdir(join(directory, 'objects'), { recursive: true })
  const store = await openLocalObjectStore(join(directory, 'objects'))
  const stored = await store.put(zip.stream(), { maxBytes: 1e6 })
  if (stored.kind !== 'stored') throw new Error('the zip is too large')
  return test.database.transaction(async (tx) => {
    await insertStoredObject(tx, stored)
    const tenantId = await ensureTenant(tx, 'acme')
    const createdBy = 'ada@example.com'
    const imageId = (await insertImage(tx, { tenantId, name: 'app', type: 'api', createdBy })) ?? 0
    const rest = { description: '', buildDetails: {}, contextSha256: stored.sha256, createdBy }
    const versionId = (await insertImageVersion(tx, { tenantId, imageId, version: '0.0.1', ...rest })) ?? 0
    const buildId = await insertBuild(tx, { tenantId, imageId, versionId })
    await enqueueWork(tx, { kind: 'build', key: String(buildId) })
    return { tenantId, imageId, versionId, buildId }
  })
}

const buildRow = ({ buildId }: Ids) =>
  test.database.db.selectFrom('build').selectAll().where('id', '=', buildId).executeTakeFirstOrThrow()

async function linesOf({ buildId }: Ids): Promise<string[]> {
  return (await readLog(test.database.db, buildLogStream(buildId), { token: null })).lines.map(({ text }) => text)
}

/** Client programs that build this tag, whoever started them. */
async function clientsOf(tag: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const lines = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')))
  return lines.filter((line) => line.includes(tag))
}

/** One success, recorded once, whose image the engine has under the tag, and nothing left behind. */
async function expectOneSuccess(ids: Ids): Promise<string[]> {
  const tag = imageTag(installation, ids.tenantId, ids.imageId, ids.versionId)
  await eventually(async () => expect(await buildRow(ids)).toMatchObject({ status: 'success' }), { timeoutMs: 60_000 })
  const ofBuilds = test.database.db.selectFrom('work').selectAll().where('kind', '=', 'build')
  await eventually(async () => expect(await ofBuilds.execute()).toEqual([]), { timeoutMs: 20_000 })
  const version = await test.database.db.selectFrom('image_version').selectAll().executeTakeFirstOrThrow()
  const driver = createDockerDriver({ installation, dockerHost, logger: silentLogger })
  expect(version.status).toBe('ready')
  expect((await driver.inspectImage(tag, call))?.id).toBe(version.engine_image_id)
  const resource = { tenantId: ids.tenantId, kind: 'build', resourceId: String(ids.buildId) }
  const events = (await readResourceEvents(test.database.db, resource)).map(({ type }) => type)
  expect(events).toEqual(['build.success'])
  expect(await clientsOf(tag)).toEqual([])
  const left = await readdir(join(directory, 'temporary'))
  expect(left.filter((name) => !name.startsWith('contexts-'))).toEqual([])
  return linesOf(ids)
}

const nonce = (): string => crypto.randomUUID()
const again = 'the server stopped during this build; building again (attempt 2 of 3)'

describe('A build whose server is killed', () => {
  it.each(['build.started', 'build.prepared', 'build.built', 'build.logged'])(
    'at %s is built again once by the next server',
    async (point) => {
      const ids = await ask(`FROM debian:bookworm-slim\nCOPY app.txt /\nRUN echo ${nonce()}\n`)
      await died(start(point))
      expect(await buildRow(ids)).toMatchObject({ status: 'running', attempts: 1 })
      start(null)
      expect(await expectOneSuccess(ids)).toContain(again)
      expect(await buildRow(ids)).toMatchObject({ attempts: 2 })
    },
  )

  it('right after its end was recorded is not built again', async () => {
    const ids = await ask(`FROM debian:bookworm-slim\nRUN echo ${nonce()}\n`)
    await died(start('build.finished'))
    start(null)
    expect(await expectOneSuccess(ids)).not.toContain(again)
    expect(await buildRow(ids)).toMatchObject({ attempts: 1 })
  })

  it('while its builder runs takes the builder along, and is built again', async () => {
    const word = nonce()
    const ids = await ask(`FROM debian:bookworm-slim\nRUN echo begun ${word}; sleep 4\n`)
    const tag = imageTag(installation, ids.tenantId, ids.imageId, ids.versionId)
    const first = start(null)
    await eventually(
      async () => expect(await linesOf(ids)).toContainEqual(expect.stringMatching(`\\d begun ${word}`)),
      {
        timeoutMs: 30_000,
      },
    )
    expect(await clientsOf(tag)).not.toEqual([])
    await kill(first)
    await eventually(async () => expect(await clientsOf(tag)).toEqual([]))
    start(null)
    expect(await expectOneSuccess(ids)).toContain(again)
  })

  it('while it is being stopped is stopped by the next server', async () => {
    const word = nonce()
    const ids = await ask(`FROM debian:bookworm-slim\nRUN echo begun ${word}; sleep 60\n`)
    const first = start(null)
    await eventually(
      async () => expect(await linesOf(ids)).toContainEqual(expect.stringMatching(`\\d begun ${word}`)),
      {
        timeoutMs: 30_000,
      },
    )
    await test.database.db.updateTable('build').set({ status: 'stopping' }).execute()
    await kill(first)
    start(null)
    await eventually(async () => expect(await buildRow(ids)).toMatchObject({ status: 'stopped' }), {
      timeoutMs: 20_000,
    })
    const tag = imageTag(installation, ids.tenantId, ids.imageId, ids.versionId)
    await eventually(async () => expect(await clientsOf(tag)).toEqual([]))
    const { stdout } = await run('docker', ['--host', dockerHost, 'images', '--quiet', tag])
    expect(stdout).toBe('')
  })
})
