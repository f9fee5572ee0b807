/** A real engine for the tests: an image to run, a proxy whose connections can be broken, and removal of what was made. */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WorkloadSpec } from '@cairn/driver'
import type { ConformanceEngine } from '@cairn/driver/conformance'
import { silentLogger, testProgramEnvironment } from '@cairn/testkit'
import { pack } from 'tar-stream'
import { createEngineClient } from '../src/engine-client.ts'
import { parseEngineHost } from '../src/engine-host.ts'
import { createDockerDriver, createDockerImageBuilder } from '../src/index.ts'
import { toCreateOptions } from '../src/to-create-options.ts'

export const baseImage = 'debian:bookworm-slim'
const patienceMs = 120_000
const call = () => ({ signal: AbortSignal.timeout(patienceMs) })

export async function openEngine(dockerHost: string): Promise<ConformanceEngine> {
  const directory = await mkdtemp(join(tmpdir(), 'cairn-engine-'))
  const proxy = await startProxy(dockerHost, join(directory, 'engine.sock'))
  const installation = `image${randomBytes(4).toString('hex')}`
  const owner = createDockerDriver({ installation, dockerHost, logger: silentLogger })
  const build = (name: string, files: Readonly<Record<string, string>>) =>
    buildTestImage({ installation, dockerHost, directory }, name, files)
  const image = await build('conformance', { Dockerfile: `FROM ${baseImage}\nWORKDIR /work\n` })
  const imageWithoutShell = await build('bare', { Dockerfile: 'FROM scratch\nCOPY Dockerfile /\n' })
  const client = createEngineClient(parseEngineHost(dockerHost))
  return {
    image,
    imageWithoutShell,
    connect: (each) => createDockerDriver({ installation: each, dockerHost: proxy.host, logger: silentLogger }),
    leaveCreated: async (each: string, spec: WorkloadSpec) => {
      const body = toCreateOptions(spec, {
        installation: each,
        hasInit: false,
        namesOtherLimits: false,
        network: spec.network,
      })
      await client.request({ method: 'POST', path: '/containers/create', query: { name: spec.name }, body }, call())
    },
    dropConnections: () => proxy.dropConnections(),
    close: async () => {
      await proxy.close()
      for (const each of [image, imageWithoutShell]) await owner.removeImage(each, call())
      await rm(directory, { recursive: true })
    },
  }
}

async function buildTestImage(
  setting: { installation: string; dockerHost: string; directory: string },
  name: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const { installation, dockerHost, directory } = setting
  const env = testProgramEnvironment()
  const builder = createDockerImageBuilder({ installation, dockerHost, env, temporaryDirectory: directory })
  const lines: string[] = []
  const result = await builder.build(
    {
      tag: `cairn/${installation}/${name}:1`,
      labels: {},
      context: contextOf(files),
      dockerfilePath: 'Dockerfile',
      needsBuildKit: false,
      buildArguments: {},
      secrets: {},
      useCache: true,
      directory: null,
      limits: { cpus: null, memoryBytes: null },
    },
    (line) => lines.push(line),
    call(),
  )
  if (result.kind === 'failed') throw new Error(`the test image: ${result.reason}\n${lines.join('\n')}`)
  return result.image.id
}

/** A build context of these files. */
export async function* contextOf(files: Readonly<Record<string, string>>): AsyncGenerator<Uint8Array> {
  const context = pack()
  for (const [name, text] of Object.entries(files)) context.entry({ name }, text)
  context.finalize()
  for await (const chunk of context) if (chunk instanceof Uint8Array) yield chunk
}

interface Proxy {
  readonly host: string
  dropConnections(): void
  close(): Promise<void>
}

async function startProxy(dockerHost: string, socketPath: string): Promise<Proxy> {
  const target = parseEngineHost(dockerHost)
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (inside) => {
    const outside =
      target.kind === 'socket'
        ? connect({ path: target.path, allowHalfOpen: true })
        : connect({ port: target.port, host: target.hostname, allowHalfOpen: true })
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ] as const) {
      sockets.add(one)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  })
  await new Promise<void>((resolve) => server.listen(socketPath, resolve))
  const dropConnections = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    host: `unix://${socketPath}`,
    dropConnections,
    close: async () => {
      dropConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
