import { createDockerDriver, createDockerImageBuilder } from '@cairn/driver-docker'
import { imageTag } from '@cairn/domain'
import { silentLogger, testDockerHost, testProgramEnvironment } from '@cairn/testkit'
import { afterAll, expect, test } from 'vitest'
import { type BuildIds, BuildRig, type BuildState } from './build-rig.ts'
import { zipOf } from './zip-directory.ts'

const rig = await BuildRig.create()
const dockerHost = testDockerHost()
const installation = 'test'
const driver = createDockerDriver({ installation, dockerHost, logger: silentLogger })
const builder = createDockerImageBuilder({
  installation,
  dockerHost,
  env: testProgramEnvironment(),
  temporaryDirectory: rig.directory,
})
const call = { signal: new AbortController().signal }
rig.startLoop({}, builder)
const built: string[] = []
afterAll(async () => {
  for (const image of built) await driver.removeImage(image, call)
  await rig.close()
})

/** Different each time, so that no layer is in a cache. */
const nonce = crypto.randomUUID()

async function ended(ids: BuildIds): Promise<BuildState> {
  const state = await rig.ended(ids, 55_000)
  if (state.status === 'success') built.push(imageTag('test', ids.tenantId, ids.imageId, ids.versionId))
  return state
}

test('A Dockerfile is built for real, with its files, arguments and ports', async () => {
  const context = await zipOf({
    'docker/app.Dockerfile': [
      'FROM debian:bookworm-slim',
      'ARG PEAK_USER_ID',
      'ARG GREETING',
      'WORKDIR /app',
      'COPY . .',
      'RUN echo "$GREETING $(cat hello.txt) from user $PEAK_USER_ID" && useradd --uid "$PEAK_USER_ID" app',
      'USER app',
      'EXPOSE 8050',
    ].join('\n'),
    'app/hello.txt': nonce,
  })
  const details = {
    dockerfilePath: 'docker/app.Dockerfile',
    context: 'app',
    buildArguments: [{ name: 'GREETING', value: 'good $(whoami) day' }],
  }
  const ids = await rig.ask({ context, details })
  const state = await ended(ids)
  const lines = await rig.readLines(ids)
  expect({ ...state, lines }).toMatchObject({
    status: 'success',
    versionStatus: 'ready',
    exposedPorts: [8050],
    attempts: 1,
  })
  expect(lines.some((line) => line.includes(`good $(whoami) day ${nonce} from user 10001`))).toBe(true)
  expect(await driver.inspectImage(state.engineImageId ?? '', call)).toMatchObject({
    workingDirectory: '/app',
    exposedTcpPorts: [8050],
  })
})

test('A Dockerfile that fails ends its build with the command that failed, and its output in the log', async () => {
  const dockerfile = `FROM debian:bookworm-slim\nRUN echo ${nonce}; echo "it went wrong" >&2; exit 7\n`
  const ids = await rig.ask({ details: { source: 'dockerfile', dockerfile } })
  expect(await ended(ids)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('7'),
    versionStatus: 'not-ready',
  })
  expect((await rig.readLines(ids)).some((line) => line.includes('it went wrong'))).toBe(true)
})

test('A base image that no registry has ends its build with the name of it', async () => {
  const dockerfile = 'FROM localhost:1/cairn/nothing:0.0.1\n'
  const ids = await rig.ask({ details: { source: 'dockerfile', dockerfile } })
  expect(await ended(ids)).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('cairn/nothing'),
  })
})
