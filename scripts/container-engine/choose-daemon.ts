/** Which daemon to start when no engine answers. Pure, so that every kind of machine is a row of its test. */
import type { Daemon } from './engine-process.ts'
import type { EnginePaths } from './engine-paths.ts'

/** What the machine has. */
export interface Machine {
  readonly isRoot: boolean
  readonly dockerd: string | null
  readonly podman: string | null
  readonly runc: string | null
  readonly canInstallPackages: boolean
  /** Control groups of version 1 are mounted, alone or beside version 2. */
  readonly hasOldControlGroups: boolean
}

export type Choice =
  | { readonly kind: 'start'; readonly daemon: Daemon }
  /** Install `docker.io`, then choose again. */
  | { readonly kind: 'install' }
  | { readonly kind: 'impossible'; readonly whatToDo: string }

/** Room for 4,096 tenants' networks; Docker's own pools end after 31. Ranges that the machine routes are left out by Docker. */
const addressPool = 'base=172.16.0.0/12,size=24'

export function chooseDaemon(machine: Machine, paths: EnginePaths): Choice {
  if (machine.isRoot && machine.dockerd !== null) {
    return { kind: 'start', daemon: { program: machine.dockerd, args: dockerdArguments(paths), env: {} } }
  }
  if (machine.podman !== null) {
    return { kind: 'start', daemon: podmanDaemon(machine.podman, machine, paths) }
  }
  if (machine.isRoot && machine.canInstallPackages) return { kind: 'install' }
  return {
    kind: 'impossible',
    whatToDo:
      'no container engine answers and none can be started here. Do one of: start Docker or Podman; point ' +
      'CAIRN_DOCKER_HOST at an engine (unix:///path/to/docker.sock); or run this as root on Debian or Ubuntu, which ' +
      'installs docker.io',
  }
}

function dockerdArguments(paths: EnginePaths): string[] {
  return [
    `--host=unix://${paths.socket}`,
    `--data-root=${paths.data}`,
    `--exec-root=${paths.run}/exec`,
    `--pidfile=${paths.run}/dockerd.pid`,
    `--default-address-pool=${addressPool}`,
  ]
}

function podmanDaemon(program: string, machine: Machine, paths: EnginePaths): Daemon {
  const env = needsOldRuntime(machine) ? { CONTAINERS_CONF: podmanConfigFile(paths) } : {}
  return { program, args: ['system', 'service', '--time=0', `unix://${paths.socket}`], env }
}

/** Podman's default runtime refuses control groups of version 1 beside version 2; runc does not. */
export function needsOldRuntime(machine: Machine): boolean {
  return machine.isRoot && machine.hasOldControlGroups && machine.runc !== null
}

export const podmanConfigFile = (paths: EnginePaths): string => `${paths.run}/containers.conf`

/**
 * Limits are low enough for a root without CAP_SYS_RESOURCE, and both halves of each are equal because the Docker API of
 * Podman 4.3 swaps them.
 */
export const podmanConfig = `[containers]
default_ulimits = ["nofile=4096:4096", "nproc=8192:8192"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
[network]
network_backend = "netavark"
`
