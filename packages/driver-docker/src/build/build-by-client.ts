import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildDirectory, type BuildRequest, type Call, DriverError } from '@cairn/driver'
import { answersPing } from '../discover-engine.ts'
import { makeBuildDirectory } from './build-directory.ts'
import type { BuilderEnd } from './builder-program.ts'
import type { ProgramEnvironment } from './find-builder.ts'
import { failureReason, meansEngineGone } from './read-failure.ts'
import type { ProgramSpawner } from './program-spawner.ts'
import { runProgram } from './run-program.ts'
import { type ClientBuilder, toBuildCommand } from './to-build-command.ts'

/** Enough for the lines in which every builder says why it failed. */
const keptLines = 40

export interface ClientBuildSetting {
  readonly installation: string
  readonly dockerHost: string
  readonly env: ProgramEnvironment
  readonly temporaryDirectory: string
  /** Where `setpriv` is; null = this system has none. */
  readonly guard: string | null
  readonly spawner: ProgramSpawner
}

/**
 * Secrets are in the environment of the client; for Podman, whose client takes none from there, in files of mode 0600 in a
 * directory of mode 0700 for as long as it runs. The client is ended with this process, where the system can.
 */
export async function buildByClient(
  builder: ClientBuilder,
  request: BuildRequest,
  setting: ClientBuildSetting & { readonly onLine: (line: string) => void },
  call: Call,
): Promise<BuilderEnd> {
  const directory = await makeBuildDirectory(setting.temporaryDirectory)
  const remove = () => rm(directory, { recursive: true, force: true })
  try {
    const imageIdFile = join(directory, 'image-id')
    const secrets = await placeSecrets(builder, directory, request.secrets)
    const context = await placeDockerfile(directory, request.directory)
    const places = { imageIdFile, secretSources: secrets.sources, directory: context }
    const args = toBuildCommand(builder, request, { ...setting, ...places })
    const last: string[] = []
    const onLine = (line: string): void => {
      last.push(line)
      if (last.length > keptLines) last.shift()
      setting.onLine(line)
    }
    const env = { ...clientEnvironment(setting), ...secrets.env }
    const program = boundToThisProcess(setting.guard, { program: builder.program, args })
    // What is written to a client's input is not sent through yet another process.
    const end = await (context === null
      ? runProgram({ ...program, input: request.context, env, onLine }, call.signal)
      : setting.spawner.run({ ...program, env, onLine }, call.signal))
    if (end.kind === 'not_run') throw new DriverError('unavailable', `${builder.program}: ${end.error.message}`)
    if (end.code === 0) {
      const imageId = (await readFile(imageIdFile, 'utf8')).trim()
      return { kind: 'built', imageId, cleaned: remove() }
    }
    await throwIfEngineGone(setting.dockerHost, last, call)
    await remove()
    return { kind: 'failed', reason: failureReason(last) }
  } catch (error) {
    await remove()
    if (call.signal.aborted) throw new DriverError('timeout', 'the build was given up', { cause: error })
    throw error
  }
}

/** A client that outlives a killed server would build on, beside the next attempt. It ends its build at SIGTERM. */
function boundToThisProcess(guard: string | null, run: { readonly program: string; readonly args: readonly string[] }) {
  return guard === null ? run : { program: guard, args: ['--pdeathsig', 'TERM', '--', run.program, ...run.args] }
}

function clientEnvironment({ env, dockerHost }: ClientBuildSetting): Record<string, string> {
  return { ...env, DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }
}

/**
 * The Dockerfile beside the context, with a list of its own that ignores nothing: what is to be left out of a context was
 * left out when it was made, whichever builder there is.
 */
async function placeDockerfile(directory: string, context: BuildDirectory | null) {
  if (context === null) return null
  const dockerfile = join(directory, 'Dockerfile')
  await Promise.all([writeFile(dockerfile, context.dockerfile), writeFile(`${dockerfile}.dockerignore`, '# nothing\n')])
  return { path: context.path, dockerfile }
}

interface PlacedSecrets {
  /** As the options of the client name them, by secret. */
  readonly sources: Readonly<Record<string, string>>
  readonly env: Readonly<Record<string, string>>
}

async function placeSecrets(
  builder: ClientBuilder,
  directory: string,
  secrets: Readonly<Record<string, string>>,
): Promise<PlacedSecrets> {
  const sources: Record<string, string> = {}
  const env: Record<string, string> = {}
  for (const [index, [name, value]] of Object.entries(secrets).entries()) {
    if (builder.kind === 'podman') {
      const file = join(directory, `secret-${index}`)
      await writeFile(file, value, { mode: 0o600 })
      sources[name] = `src=${file}`
    } else {
      sources[name] = `env=CAIRN_SECRET_${index}`
      env[`CAIRN_SECRET_${index}`] = value
    }
  }
  return { sources, env }
}

async function throwIfEngineGone(dockerHost: string, lines: readonly string[], call: Call): Promise<void> {
  if (!meansEngineGone(lines) && (await answersPing(dockerHost, call))) return
  call.signal.throwIfAborted()
  throw new DriverError('unavailable', `the container engine went away during the build: ${failureReason(lines)}`)
}
