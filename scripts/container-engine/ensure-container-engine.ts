import { access, mkdir, writeFile } from 'node:fs/promises'
import { discoverEngineHost } from '@cairn/driver-docker'
import { chooseDaemon, type Machine, podmanConfig, podmanConfigFile } from './choose-daemon.ts'
import { engineCandidates } from './engine-candidates.ts'
import { type EnginePaths, enginePaths } from './engine-paths.ts'
import { startEngine, stopEngine } from './engine-process.ts'
import { canInstallPackages, installPackages } from './install-packages.ts'
import { findProgram, isRoot } from './run-command.ts'

export interface EnsureEngineOptions {
  /** Where an engine that is started keeps its data, e.g. `.cairn`; absolute. */
  readonly stateDirectory: string
  readonly say: (line: string) => void
  /** Hosts to ask first, default {@link engineCandidates} of the environment. */
  readonly candidates?: readonly string[]
}

export interface ContainerEngine {
  /** For `CAIRN_DOCKER_HOST`. */
  readonly dockerHost: string
  /** Whether this call started it; then the caller decides when to stop it. */
  readonly started: boolean
  /** Ends an engine that was started here; nothing for one that ran before. */
  stop(): Promise<void>
}

/**
 * Finds a container engine, or starts one: the one that `CAIRN_DOCKER_HOST` names, else the first that answers at the
 * usual places, else `dockerd` (as root) or Podman with data under `stateDirectory`; as root on Debian or Ubuntu
 * `docker.io` is installed when neither is there. Idempotent. Throws with what to do when nothing is possible.
 */
export async function ensureContainerEngine(options: EnsureEngineOptions): Promise<ContainerEngine> {
  const call = { signal: AbortSignal.timeout(60_000) }
  const paths = enginePaths(options.stateDirectory)
  const named = process.env['CAIRN_DOCKER_HOST']
  if (options.candidates === undefined && named !== undefined && named !== '') {
    if ((await discoverEngineHost([named], call)) !== null) return running(named)
    throw new Error(`no container engine answers at ${named}; start it, or unset CAIRN_DOCKER_HOST to have one found`)
  }
  const candidates = options.candidates ?? engineCandidates(process.env, paths.socket)
  const found = await discoverEngineHost(candidates, call)
  if (found !== null) return running(found)
  return await startOwn(paths, candidates, options.say)
}

async function startOwn(
  paths: EnginePaths,
  candidates: readonly string[],
  say: (line: string) => void,
): Promise<ContainerEngine> {
  let choice = chooseDaemon(await lookAtMachine(), paths)
  if (choice.kind === 'install') {
    await installPackages(['docker.io'], say)
    // Where a service manager runs, the package has started its own.
    const found = await discoverEngineHost(candidates, { signal: AbortSignal.timeout(10_000) })
    if (found !== null) return running(found)
    choice = chooseDaemon(await lookAtMachine(), paths)
  }
  if (choice.kind === 'impossible') throw new Error(choice.whatToDo)
  if (choice.kind === 'install') throw new Error('docker.io was installed but brought no dockerd')
  say(`starting a container engine: ${choice.daemon.program}`)
  await mkdir(paths.run, { recursive: true, mode: 0o700 })
  await writeFile(podmanConfigFile(paths), podmanConfig)
  await startEngine(choice.daemon, paths)
  const stop = async (): Promise<void> => {
    await stopEngine(paths)
  }
  return { dockerHost: `unix://${paths.socket}`, started: true, stop }
}

async function lookAtMachine(): Promise<Machine> {
  return {
    isRoot: isRoot(),
    dockerd: await findProgram('dockerd'),
    podman: await findProgram('podman'),
    runc: await findProgram('runc'),
    canInstallPackages: await canInstallPackages(),
    hasOldControlGroups: await exists('/sys/fs/cgroup/memory'),
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}

const running = (dockerHost: string): ContainerEngine => ({ dockerHost, started: false, stop: async () => undefined })
