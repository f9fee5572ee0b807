import { type BuildRequest, type BuildResult, type Call, DriverError, type ImageBuilder } from '@cairn/driver'
import { createEngine, type Engine } from '../containers.ts'
import { createEngineClient } from '../engine-client.ts'
import { createFeatureReader } from '../engine-features.ts'
import { formatEngineHost, parseEngineHost } from '../engine-host.ts'
import { inspectImage } from '../images.ts'
import { buildByApi } from './build-by-api.ts'
import { buildByClient } from './build-by-client.ts'
import { type BuilderProgram, describeBuilder } from './builder-program.ts'
import { findBuilder, findProgram, type ProgramEnvironment } from './find-builder.ts'
import { createProgramSpawner } from './program-spawner.ts'
import { checkBuildRequest, type ClientBuilder } from './to-build-command.ts'

export interface DockerImageBuilderOptions {
  /** Label value set on every image that is built. */
  readonly installation: string
  /** As for `createDockerDriver`. */
  readonly dockerHost: string
  /** All that a client program inherits: where programs are found, and where registry credentials stand. */
  readonly env: ProgramEnvironment
  /** For files that live as long as one build; made when absent. */
  readonly temporaryDirectory: string
}

/**
 * Builds with BuildKit through a client program that can (`docker buildx`, or the client of Docker before 23), on Podman
 * with `podman build`, else with the engine's classic builder. The builder is looked for once. BuildKit keeps no limits: a
 * build that has some goes to the classic builder where its Dockerfile lets it.
 *
 * @example
 * const builder = createDockerImageBuilder({ installation: 'k3x9', dockerHost, env: { PATH, HOME }, temporaryDirectory })
 */
export function createDockerImageBuilder(options: DockerImageBuilderOptions): ImageBuilder {
  const host = parseEngineHost(options.dockerHost)
  const setting = { ...options, dockerHost: formatEngineHost(host) }
  const engine = createEngine(createEngineClient(host), options.installation)
  const features = createFeatureReader(engine.client)
  const spawner = createProgramSpawner()
  let known: BuilderProgram | null = null
  let guard: string | null = null
  const find = async (call: Call): Promise<BuilderProgram> => {
    if (known === null) {
      guard = await findProgram('setpriv', options.env.PATH)
      known = await findBuilder(await features(call), options.env, call.signal)
    }
    return known
  }
  return {
    describe: async (call) => {
      const builder = await find(call)
      // A build is about to come.
      if (takesDirectories(builder)) spawner.warm()
      return describeBuilder(builder)
    },
    // The builder that keeps limits takes none.
    takesDirectories: async (limits, call) => !isLimited(limits) && takesDirectories(await find(call)),
    build: async (request, onLine, call) => {
      checkBuildRequest(request)
      const builder = await find(call)
      const result =
        builder.kind === 'api' || leavesBuildKit(builder, request, onLine)
          ? await buildByApi(engine, request, onLine, call)
          : await buildByClient(builder, request, { ...setting, guard, spawner, onLine }, call)
      if (result.kind === 'failed') return result
      const [image] = await Promise.all([builtImage(engine, request.tag, result.imageId, call), result.cleaned])
      return image
    },
  }
}

function takesDirectories({ kind }: BuilderProgram): boolean {
  return kind === 'buildx' || kind === 'buildkit-client'
}

/** Whether the engine's own builder keeps limits that this one does not, and can build this. */
function leavesBuildKit({ kind }: ClientBuilder, request: BuildRequest, onLine: (line: string) => void): boolean {
  if (kind === 'podman' || !isLimited(request.limits)) return false
  const isPossible = !request.needsBuildKit && request.directory === null
  onLine(
    isPossible
      ? "CPU and memory are limited, so the engine's classic builder builds this"
      : 'CPU and memory are not limited: the Dockerfile needs BuildKit, which takes no limits',
  )
  return isPossible
}

function isLimited({ cpus, memoryBytes }: BuildRequest['limits']): boolean {
  return cpus !== null || memoryBytes !== null
}

async function builtImage(engine: Engine, tag: string, imageId: string | null, call: Call): Promise<BuildResult> {
  const image = await inspectImage(engine, imageId ?? tag, call)
  if (image === null) throw new DriverError('unknown', `the builder made ${tag} but the engine does not have it`)
  return { kind: 'built', image }
}
