import type { Logger } from '@cairn/domain'
import { type Call, type Capabilities, DriverError, type EngineDriver } from '@cairn/driver'
import {
  createEngine,
  type Engine,
  findContainer,
  listContainers,
  readUsage,
  removeContainer,
  waitForExit,
} from './containers.ts'
import { createEngineClient } from './engine-client.ts'
import { createFeatureReader, type EngineFeatures } from './engine-features.ts'
import { parseEngineHost } from './engine-host.ts'
import { EngineInfo, readShape } from './engine-shapes.ts'
import { ensureWorkload } from './ensure-workload.ts'
import { followHints } from './follow-hints.ts'
import { freezeContainer, stopContainer, thawContainer } from './freeze-container.ts'
import { prepareWorkload } from './held/prepare-workload.ts'
import { readListeningPorts } from './listening-ports.ts'
import { diskSpace, diskUsage, pruneBuildCache } from './disk.ts'
import { readImageFiles } from './image-files.ts'
import { inspectImage, listOwnImages, removeImage } from './images.ts'
import { ensureNetwork, removeNetwork } from './networks.ts'
import { readContainerFile } from './read-file.ts'
import { readLoad } from './read-load.ts'
import { readLogs } from './read-logs.ts'
import { pullImage, pushImage } from './registry.ts'
import { findPushed, removePushed } from './registry-manifests.ts'

export interface DockerDriverOptions {
  /** Label value of everything that this driver makes and may touch. */
  readonly installation: string
  /** As in `DOCKER_HOST`: `unix:///var/run/docker.sock`, a socket's path, or `tcp://host:port`; see `parseEngineHost`. */
  readonly dockerHost: string
  readonly logger: Logger
}

/**
 * The driver on the Engine API of Docker (20.10 or newer) or Podman (4 or newer). Opens no connection before its first call.
 *
 * @example
 * const driver = createDockerDriver({ installation: 'k3x9', dockerHost: 'unix:///var/run/docker.sock', logger })
 */
export function createDockerDriver(options: DockerDriverOptions): EngineDriver {
  const client = createEngineClient(parseEngineHost(options.dockerHost))
  const engine = createEngine(client, options.installation)
  const features = createFeatureReader(client)
  return {
    kind: 'docker',
    preflight: async (call) => readCapabilities(engine, await features(call), call),
    ensureNetwork: async (name, call) => ensureNetwork(engine, await features(call), name, call),
    removeNetwork: (name, call) => removeNetwork(engine, name, call),
    prepare: async (spec, call) => prepareWorkload(engine, await features(call), spec, call),
    ensure: async (spec, call) => ensureWorkload(engine, await features(call), spec, call),
    observe: async (name, call) => (await findContainer(engine, name, call))?.observation ?? null,
    list: (call) => listContainers(engine, call),
    hints: (call) => followHints(engine, options.logger, call),
    wait: (name, call) => waitForExit(engine, name, call),
    stop: (name, graceMs, call) => stopContainer(engine, name, graceMs, call),
    freeze: (name, call) => freezeContainer(engine, name, call),
    thaw: (name, call) => thawContainer(engine, name, call),
    remove: (name, call) => removeContainer(engine, name, call),
    logs: async function* logs(name, logOptions, call) {
      const canFollow = (await features(call)).engine === 'docker'
      yield* readLogs(engine, name, { ...logOptions, canFollow }, call)
    },
    readFile: (name, path, maxBytes, call) => readContainerFile(engine, name, { path, maxBytes }, call),
    usage: (name, call) => readUsage(engine, name, call),
    load: (name, call) => readLoad(engine, name, call),
    listeningPorts: (name, call) => readListeningPorts(engine, name, call),
    inspectImage: (reference, call) => inspectImage(engine, reference, call),
    removeImage: (reference, call) => removeImage(engine, reference, call),
    imageFiles: (reference, wanted, call) => readImageFiles(engine, reference, wanted, call),
    listImages: (call) => listOwnImages(engine, call),
    diskUsage: (call) => diskUsage(engine, call),
    diskSpace: (call) => diskSpace(engine, call),
    pushImage: (push, call) => pushImage(engine, push, call),
    pullImage: (pull, call) => pullImage(engine, pull, call),
    findPushed,
    removePushed,
    pruneBuildCache: (keepBytes, call) => pruneBuildCache(engine, keepBytes, call),
  }
}

async function readCapabilities(engine: Engine, features: EngineFeatures, call: Call): Promise<Capabilities> {
  const answer = await engine.client.request({ method: 'GET', path: '/info' }, call)
  const info = readShape(EngineInfo, answer.body, 'info')
  if (info.OSType !== 'linux') {
    throw new DriverError(
      'denied',
      `the container engine runs ${info.OSType} containers; switch it to Linux containers`,
    )
  }
  return { engine: features.engine, version: features.version, cpus: info.NCPU, memoryBytes: info.MemTotal }
}
