import { type Exit, type ImageDetails, type Observation, exitReason, labelNames, readOwner } from '@cairn/driver'
import type { ContainerInspect, ImageInspect } from './engine-shapes.ts'

const phases: Readonly<Record<string, Observation['phase']>> = {
  created: 'created',
  configured: 'created',
  initialized: 'created',
  running: 'running',
  paused: 'frozen',
  restarting: 'running',
  stopping: 'running',
}

/** Codes that engines give when the image's or the caller's program cannot be started. */
const notStartableCodes: readonly number[] = [126, 127]

/**
 * Translates a container, or null when it is not of this installation. A container that never ran because its program
 * cannot be started has had its one start: engines leave it `created` with the code and their words.
 */
export function toObservation(inspect: ContainerInspect, installation: string): Observation | null {
  const labels = inspect.Config.Labels ?? {}
  const owner = readOwner(labels)
  if (labels[labelNames.installation] !== installation || owner === null) return null
  const phase = phaseOf(inspect)
  return {
    name: inspect.Name.replace(/^\//, ''),
    owner,
    phase,
    address: phase === 'running' || phase === 'frozen' ? publishedAddress(inspect) : null,
    ...readTimes(inspect),
    exit: phase === 'exited' ? toExit(inspect) : null,
  }
}

/** Hash of the spec that the container was made from. */
export function storedSpecHash(inspect: ContainerInspect): string | null {
  return inspect.Config.Labels?.[labelNames.spec] ?? null
}

function phaseOf({ State }: ContainerInspect): Observation['phase'] {
  const phase = phases[State.Status] ?? 'exited'
  const couldNotStart = (State.Error ?? '') !== '' && notStartableCodes.includes(State.ExitCode)
  return phase === 'created' && couldNotStart ? 'exited' : phase
}

function toExit({ State }: ContainerInspect): Exit {
  const detail = State.Error === undefined || State.Error === '' ? null : State.Error
  return { code: State.ExitCode, reason: exitReason(State.ExitCode, State.OOMKilled ?? false), detail }
}

function publishedAddress({ NetworkSettings }: ContainerInspect): Observation['address'] {
  const bindings = Object.values(NetworkSettings.Ports ?? {}).flatMap((binding) => binding ?? [])
  const first = bindings.find((binding) => Number(binding.HostPort) > 0)
  return first === undefined ? null : { host: '127.0.0.1', port: Number(first.HostPort) }
}

/** Podman notes some starts a few milliseconds late, after the end of a short program. */
function readTimes({ State }: ContainerInspect): Pick<Observation, 'startedAt' | 'finishedAt'> {
  const startedAt = readTime(State.StartedAt)
  const finishedAt = readTime(State.FinishedAt)
  const isBackwards = startedAt !== null && finishedAt !== null && finishedAt < startedAt
  return { startedAt: isBackwards ? finishedAt : startedAt, finishedAt }
}

/** null for the zero time, which engines write for "never". */
function readTime(text: string): Date | null {
  const time = new Date(text)
  return Number.isNaN(time.getTime()) || time.getTime() <= 0 ? null : time
}

/** Translates an image; only TCP ports are of use to Cairn. */
export function toImageDetails(inspect: ImageInspect): ImageDetails {
  const ports = Object.keys(inspect.Config?.ExposedPorts ?? {}).flatMap((key) => {
    const [port = '', protocol = 'tcp'] = key.split('/')
    return protocol === 'tcp' && /^\d+$/.test(port) ? [Number(port)] : []
  })
  const workingDirectory = inspect.Config?.WorkingDir ?? ''
  return {
    id: inspect.Id.startsWith('sha256:') ? inspect.Id : `sha256:${inspect.Id}`,
    sizeBytes: inspect.Size,
    exposedTcpPorts: ports.toSorted((a, b) => a - b),
    workingDirectory: workingDirectory === '' ? '/' : workingDirectory,
    layers: inspect.RootFS?.Layers ?? [],
  }
}
