/**
 * A build of an unchanged context of 50 MB whose steps all come from the cache, in rounds that alternate with the engine's own
 * build command on the same files. Two times of Cairn's: that of a client, from the request for a new version, which names
 * the stored artifact, to the end of its build told by the API; and that of the build alone, from its start to its end as
 * recorded, without the queue.
 */
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipFolder } from '@cairn/sdk/node'
import type { ServerProcess } from '../tests/e2e/server-process.ts'
import { type Summary, summarise } from './summary.ts'
import type { Place } from './place.ts'

const rounds = 20
const files = 50
const fileBytes = 1_000_000
const peerTag = 'cairn-bench-build'

export interface BuildCost {
  /** Milliseconds from the request for a version to the end of its build. */
  readonly cairn: Summary
  /** Milliseconds of the same without the queue and the record: from the start of the build to its end, as recorded. */
  readonly cairnBuildAlone: Summary
  /** Milliseconds of `docker build` by BuildKit. */
  readonly dockerBuild: Summary
  /** Per round: the build alone over `docker build`. */
  readonly ratio: Summary
  /** Per round: from the request to the end as a client sees it, over `docker build`. */
  readonly ratioForClient: Summary
  /** Steps of the last build, and those from the cache. */
  readonly steps: string
}

const dockerfile = 'FROM debian:bookworm-slim\nWORKDIR /srv\nCOPY . .\nRUN ls | wc -l\n'

export async function measureBuildCost(place: Place): Promise<BuildCost> {
  const server = await place.server()
  await server.start()
  const folder = await mkdtemp(join(tmpdir(), 'cairn-bench-context-'))
  try {
    await makeContext(folder)
    return await measure(server, folder)
  } finally {
    await rm(folder, { recursive: true })
    await docker(server.dockerHost, ['image', 'rm', '--force', peerTag])
  }
}

async function makeContext(folder: string): Promise<void> {
  await mkdir(join(folder, 'data'))
  await writeFile(join(folder, 'Dockerfile'), dockerfile)
  for (let file = 0; file < files; file += 1) {
    await writeFile(join(folder, 'data', `${file}.bin`), randomBytes(fileBytes))
  }
}

async function measure(server: ServerProcess, folder: string): Promise<BuildCost> {
  const { artifacts, images } = server.client
  const { id: artifactId } = await artifacts.createArtifact({ name: 'context' }, await zipFolder(folder))
  const buildDetails = { artifactId }
  const first = await images.createImage({ name: 'bench', type: 'workflow', buildDetails })
  await images.waitForBuild(first.imageId, first.buildId)
  await untilDescribed(server, first.imageId, first.versionId)
  await dockerBuild(server.dockerHost, folder)
  const rows: { readonly cairnMs: number; readonly aloneMs: number; readonly dockerMs: number }[] = []
  let steps = ''
  const cairn = async () => {
    const startedAt = performance.now()
    const { imageId, versionId, buildId } = await images.createVersion(first.imageId, { buildDetails })
    // The end of its log is told as soon as it is there, by one request that waits.
    const lines = images.followBuildLogs(imageId, buildId)
    while ((await lines.next()).done !== true);
    const cairnMs = performance.now() - startedAt
    const build = await images.waitForBuild(imageId, buildId)
    await untilDescribed(server, imageId, versionId)
    steps = `${build.cachedStepCount} of ${build.stepCount}`
    return { cairnMs, aloneMs: Date.parse(build.finishedAt ?? '') - Date.parse(build.startedAt ?? '') }
  }
  for (let round = 0; round < rounds; round += 1) {
    // Each goes first in every other round.
    const early = round % 2 === 0 ? await cairn() : null
    const dockerMs = await dockerBuild(server.dockerHost, folder)
    rows.push({ ...(early ?? (await cairn())), dockerMs })
  }
  return {
    cairn: summarise(rows.map(({ cairnMs }) => cairnMs)),
    cairnBuildAlone: summarise(rows.map(({ aloneMs }) => aloneMs)),
    dockerBuild: summarise(rows.map(({ dockerMs }) => dockerMs)),
    ratio: summarise(rows.map(({ aloneMs, dockerMs }) => aloneMs / dockerMs)),
    ratioForClient: summarise(rows.map(({ cairnMs, dockerMs }) => cairnMs / dockerMs)),
    steps,
  }
}

/** The server reads the packages of an image after its build; what is measured next does not pay for that. */
async function untilDescribed({ client }: ServerProcess, imageId: number, versionId: number): Promise<void> {
  for (;;) {
    const { sbom = null } = await client.images.describeVersion(imageId, versionId)
    if (sbom !== null) return
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

/** Answers milliseconds. */
async function dockerBuild(dockerHost: string, folder: string): Promise<number> {
  const startedAt = performance.now()
  await docker(dockerHost, ['build', '--quiet', '--tag', peerTag, folder])
  return performance.now() - startedAt
}

/** Debian's client speaks BuildKit itself; a newer one needs buildx, which may be missing. */
async function docker(dockerHost: string, args: readonly string[]): Promise<void> {
  const child = spawn('/usr/bin/docker', args, {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { PATH: process.env['PATH'], DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '1' },
  })
  const [code]: unknown[] = await once(child, 'close')
  if (code !== 0) throw new Error(`docker ${args[0]}: ${String(code)}`)
}
