import type { ReadinessProbe } from '@cairn/api'
import type { Logger, MachineSize } from '@cairn/domain'
import type { EngineDriver, ImageBuilder } from '@cairn/driver'
import { createDockerDriver, createDockerImageBuilder, discoverEngineHost } from '@cairn/driver-docker'

export interface ContainerEngineOptions {
  /** null = the first of the usual sockets that answers. */
  readonly dockerHost: string | null
  readonly installationId: string
  readonly programs: { readonly PATH: string; readonly HOME: string; readonly XDG_RUNTIME_DIR: string }
  readonly temporaryDirectory: string
  readonly logger: Logger
}

export interface ContainerEngine {
  readonly driver: EngineDriver
  readonly builder: ImageBuilder
  readonly probe: ReadinessProbe
  /** Of the machine that containers run on; null until the engine has answered once. */
  machine(): MachineSize | null
}

const usualSocket = 'unix:///var/run/docker.sock'

function candidates(programs: ContainerEngineOptions['programs']): readonly string[] {
  return [
    usualSocket,
    `unix://${programs.HOME}/.docker/run/docker.sock`,
    'unix:///run/podman/podman.sock',
    ...(programs.XDG_RUNTIME_DIR === '' ? [] : [`unix://${programs.XDG_RUNTIME_DIR}/podman/podman.sock`]),
  ]
}

/** The engine may be away now and later: the server serves without it and says so in `/readyz`. */
export async function openContainerEngine(options: ContainerEngineOptions): Promise<ContainerEngine> {
  const { installationId: installation, programs, logger } = options
  const signal = AbortSignal.timeout(5000)
  const dockerHost = options.dockerHost ?? (await discoverEngineHost(candidates(programs), { signal })) ?? usualSocket
  const driver = createDockerDriver({ installation, dockerHost, logger })
  const builder = createDockerImageBuilder({
    installation,
    dockerHost,
    env: { PATH: programs.PATH, HOME: programs.HOME },
    temporaryDirectory: options.temporaryDirectory,
  })
  let machine: MachineSize | null = null
  const preflight = async (call: { readonly signal: AbortSignal }): Promise<void> => {
    const capabilities = await driver.preflight(call)
    if (machine === null) logger.info({ dockerHost, ...capabilities }, 'the container engine answers')
    machine = { cpus: capabilities.cpus, memoryBytes: capabilities.memoryBytes }
  }
  const probe: ReadinessProbe = {
    name: 'engine',
    check: async (probeSignal) => {
      await preflight({ signal: probeSignal })
      return null
    },
  }
  preflight({ signal: AbortSignal.timeout(10_000) }).catch((error: unknown) => {
    logger.warn({ err: error, dockerHost }, 'no container engine answers yet; builds, runs and services wait for it')
  })
  return { driver, builder, probe, machine: () => machine }
}
