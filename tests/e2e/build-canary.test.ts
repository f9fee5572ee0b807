/** A secret is given to builds in every way there is, by Dockerfiles that do their best to show it; then it is looked for. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import { GitServer } from '@cairn/testkit'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { dumpDatabase, filesUnder, formsIn, formsOf } from './canary-search.ts'
import { type CanaryServer, openCanaryServer } from './canary-server.ts'
import type { ServerProcess } from './server-process.ts'

const canary = 'cnry/b1d8+73&x="q" é~'
const digest = createHash('sha256').update(canary).digest('hex')

let canaryServer: CanaryServer
let server: ServerProcess
let git: GitServer

beforeAll(async () => {
  canaryServer = await openCanaryServer()
  server = canaryServer.server
  git = await GitServer.open()
})
afterAll(async () => {
  await canaryServer.dispose()
  await git.close()
})

const forms = formsOf(canary)
const shownIn = (text: string): string[] => formsIn(text, forms)

const show = [
  'echo "$CANARY"',
  'printf %s "$CANARY" | base64 -w0; echo',
  'printf %s "$CANARY" | od -An -tx1 | tr -d " \\n"; echo',
  'env',
].join('; ')

/** Takes the secret as argument and as mount, prints it, and keeps only its digest. */
const dockerfile = [
  'FROM debian:bookworm-slim AS base',
  'ARG CANARY',
  'ENV KEPT=$CANARY',
  `RUN ${show}`,
  'RUN printf %s "$CANARY" | sha256sum > /digest',
  'RUN ["/bin/sh", "-c", "printf %s \\"$CANARY\\" | sha256sum >> /digest"]',
  'FROM base',
  'USER nobody',
  'RUN test "$(printf %s "$CANARY" | sha256sum)" = "$(head -n1 /digest)"',
  'USER root',
  'RUN --mount=type=secret,id=canary sha256sum < /run/secrets/canary >> /digest; cat /digest',
].join('\n')

const docker = async (...args: string[]): Promise<Buffer> => {
  const env = { PATH: process.env['PATH'], DOCKER_HOST: server.dockerHost }
  return buffer(spawn('docker', args, { env, stdio: ['ignore', 'pipe', 'inherit'] }).stdout)
}

it('A secret of a build is nowhere but in the steps that were given it', async () => {
  const { images, secrets } = server.client
  await secrets.createSecret('canary', canary)
  await git.commit('code', 'main', { Dockerfile: dockerfile })
  git.token = canary
  const repository = git.urlOf('code')
  const built = await images.createImage({
    name: 'from-git',
    type: 'workflow',
    buildDetails: { source: 'github', repository, token: 'canary', secrets: ['canary'] },
  })
  await images.waitForBuild(built.imageId, built.buildId)
  const failing = await images.createImage({
    name: 'fails',
    type: 'workflow',
    buildDetails: {
      source: 'dockerfile',
      dockerfile: `FROM debian:bookworm-slim\nARG CANARY\nRUN ${show}; echo "no: $CANARY" >&2; exit 3`,
      secrets: ['canary'],
    },
  })
  await expect(images.waitForBuild(failing.imageId, failing.buildId)).rejects.toThrow(/3/)
  const version = await images.describeVersion(built.imageId, built.versionId)
  const logs: string[] = []
  for (const { imageId, buildId } of [built, failing]) {
    for await (const { message } of images.followBuildLogs(imageId, buildId)) logs.push(message)
  }
  expect(logs.filter((line) => line.includes(digest)).length).toBeGreaterThan(2)
  expect(logs).toContainEqual(expect.stringContaining('ENV is not given the secret "canary"'))
  const places = {
    logs: logs.join('\n'),
    answers: JSON.stringify([
      version,
      await images.describeImage(failing.imageId),
      await images.listImageBuilds(built.imageId).all(),
      await images.listImageBuilds(failing.imageId).all(),
    ]),
    history: (await docker('history', '--no-trunc', version.pullUrl)).toString(),
    inspection: (await docker('inspect', version.pullUrl)).toString(),
    layers: (await docker('save', version.pullUrl)).toString('latin1'),
    database: await dumpDatabase(canaryServer.databaseUrl),
    dataDirectory: await filesUnder(server.dataDirectory),
    serverLog: server.output(),
  }
  expect(places.logs).toContain('***')
  expect(places.layers).toContain(digest)
  expect(places.history).toContain('sha256sum')
  const found = Object.entries(places).map(([place, text]) => [place, shownIn(text)])
  expect(found.filter(([, shown]) => shown?.length !== 0)).toEqual([])
})
