import { type BuildRequest, DriverError, labelNames } from '@cairn/driver'
import type { BuilderProgram } from './builder-program.ts'

export interface BuildCommandSetting {
  readonly installation: string
  /** As in `DOCKER_HOST`. */
  readonly dockerHost: string
  /** File to which the client writes the image's id. */
  readonly imageIdFile: string
  /** Where the client finds each secret, e.g. `env=CAIRN_SECRET_0` or `src=/a/file`. */
  readonly secretSources: Readonly<Record<string, string>>
  /** Where the context and its Dockerfile lie; null = a tar comes on standard input. */
  readonly directory: { readonly path: string; readonly dockerfile: string } | null
}

export type ClientBuilder = Exclude<BuilderProgram, { kind: 'api' }>
type Request = Omit<BuildRequest, 'context' | 'directory'>

/** What the option `--secret id=…` can carry, and an ARG can be called. */
const secretName = /^[A-Za-z_][A-Za-z0-9_.-]*$/

/** Arguments of the client. */
export function toBuildCommand(builder: ClientBuilder, request: Request, setting: BuildCommandSetting): string[] {
  return [
    ...verb(builder, setting.dockerHost),
    '--tag',
    builder.kind === 'podman' ? qualifyTag(request.tag) : request.tag,
    '--file',
    setting.directory?.dockerfile ?? request.dockerfilePath,
    '--iidfile',
    setting.imageIdFile,
    ...pairs('--label', { ...request.labels, [labelNames.installation]: setting.installation }),
    ...pairs('--build-arg', request.buildArguments),
    ...secretOptions(setting.secretSources),
    ...(builder.kind === 'podman' ? limitOptions(request.limits) : []),
    ...(request.useCache ? [] : ['--no-cache']),
    setting.directory?.path ?? '-',
  ]
}

function verb(builder: ClientBuilder, dockerHost: string): string[] {
  if (builder.kind === 'podman') return ['--remote', '--url', dockerHost, 'build', '--format', 'docker']
  const build = builder.kind === 'buildx' ? ['buildx', 'build', '--builder', 'default', '--load'] : ['build']
  return [...build, '--progress', 'plain']
}

/**
 * Podman's Docker API completes a short name with docker.io, its own client with localhost: said in full, both mean the same.
 *
 * @example
 * qualifyTag('cairn/k3x9/3:7') // docker.io/cairn/k3x9/3:7
 */
export function qualifyTag(tag: string): string {
  const [first = '', ...rest] = tag.split('/')
  if (rest.length === 0) return `docker.io/library/${tag}`
  return /[.:]|^localhost$/.test(first) ? tag : `docker.io/${tag}`
}

/** Microseconds of a period in which a quota of processor time is given. */
export const cpuPeriod = 100_000

function limitOptions({ cpus, memoryBytes }: BuildRequest['limits']): string[] {
  return [
    ...(cpus === null ? [] : ['--cpu-period', String(cpuPeriod), '--cpu-quota', String(Math.round(cpus * cpuPeriod))]),
    ...(memoryBytes === null ? [] : ['--memory', String(memoryBytes)]),
  ]
}

function pairs(option: string, values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`])
}

function secretOptions(sources: Readonly<Record<string, string>>): string[] {
  return Object.entries(sources).flatMap(([name, source]) => ['--secret', `id=${name},${source}`])
}

/** Throws `invalid_spec` for names that would be read as something else on the way. */
export function checkBuildRequest(request: Request): void {
  for (const name of Object.keys(request.secrets)) {
    if (!secretName.test(name))
      refuse(`the secret name ${JSON.stringify(name)} may hold only letters, digits and _ . -`)
  }
  for (const [name, value] of Object.entries({ ...request.buildArguments, ...request.secrets })) {
    if (name === '' || /[=\0]/.test(name))
      refuse(`the argument name ${JSON.stringify(name)} must not be empty nor hold =`)
    if (value.includes('\0')) refuse(`the value of ${name} must not hold a NUL character`)
  }
  if (request.dockerfilePath === '' || request.dockerfilePath === '-') refuse('the Dockerfile path must name a file')
}

function refuse(rule: string): never {
  throw new DriverError('invalid_spec', `build: ${rule}`)
}
