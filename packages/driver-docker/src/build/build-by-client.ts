import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type BuildRequest, type Call, DriverError } from '@cairn/driver'
import { answersPing } from '../discover-engine.ts'
import type { BuilderEnd } from './builder-program.ts'
import type { ProgramEnvironment } from './find-builder.ts'
import { failureReason, meansEngineGone } from './read-failure.ts'
import { runProgram } from './run-program.ts'
import { type ClientBuilder, toBuildCommand } from './to-build-command.ts'

/** Enough for the lines in which every builder says why it failed. */
const keptLines = 40

export interface ClientBuildSetting {
  readonly installation: string
  readonly dockerHost: string
  readonly env: ProgramEnvironment
  readonly temporaryDirectory: string
}

/** Secrets live in files of mode 0600 in a directory of mode 0700 for as long as the client runs. */
export async function buildByClient(
  builder: ClientBuilder,
  request: BuildRequest,
  setting: ClientBuildSetting & { readonly onLine: (line: string) => void },
  call: Call,
): Promise<BuilderEnd> {
  await mkdir(setting.temporaryDirectory, { recursive: true })
  const directory = await mkdtemp(join(setting.temporaryDirectory, 'build-'))
  try {
    const imageIdFile = join(directory, 'image-id')
    const secretFiles = await writeSecrets(directory, request.secrets)
    const args = toBuildCommand(builder, request, { ...setting, imageIdFile, secretFiles })
    const last: string[] = []
    const onLine = (line: string): void => {
      last.push(line)
      if (last.length > keptLines) last.shift()
      setting.onLine(line)
    }
    const env = clientEnvironment(setting)
    const end = await runProgram({ program: builder.program, args, env, input: request.context, onLine }, call.signal)
    if (end.kind === 'not_run') throw new DriverError('unavailable', `${builder.program}: ${end.error.message}`)
    if (end.code === 0) return { kind: 'built', imageId: (await readFile(imageIdFile, 'utf8')).trim() }
    await throwIfEngineGone(setting.dockerHost, last, call)
    return { kind: 'failed', reason: failureReason(last) }
  } catch (error) {
    if (call.signal.aborted) throw new DriverError('timeout', 'the build was given up', { cause: error })
    throw error
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

function clientEnvironment({ env, dockerHost }: ClientBuildSetting): Record<string, string> {
  return { ...env, DOCKER_HOST: dockerHost, DOCKER_BUILDKIT: '1', BUILDX_NO_DEFAULT_ATTESTATIONS: '1' }
}

async function writeSecrets(
  directory: string,
  secrets: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  for (const [index, [name, value]] of Object.entries(secrets).entries()) {
    const file = join(directory, `secret-${index}`)
    await writeFile(file, value, { mode: 0o600 })
    files[name] = file
  }
  return files
}

async function throwIfEngineGone(dockerHost: string, lines: readonly string[], call: Call): Promise<void> {
  if (!meansEngineGone(lines) && (await answersPing(dockerHost, call))) return
  call.signal.throwIfAborted()
  throw new DriverError('unavailable', `the container engine went away during the build: ${failureReason(lines)}`)
}
