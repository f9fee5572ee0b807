import {
  grantedCapabilities,
  type HeldSpec,
  heldSpecHash,
  labelNames,
  ownerLabels,
  specHash,
  type WorkloadSpec,
} from '@cairn/driver'
import { holderCommand } from './held/hold-script.ts'
import { heldLabel } from './held/observe-held.ts'

/** Most log that a service keeps on the engine; a step's is never rotated, so that none of it is lost before it is stored. */
const serviceLog = { 'max-size': '64m', 'max-file': '2' }

/** Longer than the start of the next step takes, after which the engine removes what has ended. */
const staySeconds = 1

/** Fewer than what the hosts of a container engine allow, where nobody has made it less. */
const otherLimits = [
  { Name: 'nofile', Soft: 4096, Hard: 4096 },
  { Name: 'nproc', Soft: 8192, Hard: 8192 },
]

export interface CreateSetting {
  readonly installation: string
  /** Whether the engine has an init process to put before a program. */
  readonly hasInit: boolean
  /**
   * Whether a bound of storage names the numbers of open files and of processes beside it. Podman adds a million of each
   * wherever another limit is named and these are not, and then starts nothing where the host allows fewer.
   */
  readonly namesOtherLimits: boolean
  /** Id of the network that the spec names. */
  readonly network: string
}

/**
 * Translates a workload for `POST /containers/create`.
 *
 * An init process stands before a command of ours, where a shell as process 1 would ignore the stop signal and leave
 * zombies. An image's own command stays process 1, as its author tested it: s6, which several R images use, refuses to
 * run as any other.
 *
 * The log driver is json-file: it keeps line ends of lines over 16 KiB (`local` of Docker 20.10 loses them), and
 * Podman knows it.
 */
export function toCreateOptions(spec: WorkloadSpec, setting: CreateSetting) {
  const { publishPort } = spec
  const port = publishPort === null ? null : `${publishPort}/tcp`
  return {
    Image: spec.image,
    ...(spec.command === null ? {} : { Entrypoint: [...spec.command], Cmd: [] }),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: toLabels(spec, { installation: setting.installation, hash: specHash(spec) }),
    ...(port === null ? {} : { ExposedPorts: { [port]: {} } }),
    NetworkingConfig: toNetworkingConfig(setting.network),
    HostConfig: {
      ...toHostConfig(spec, setting.network),
      ...toLimits(spec.resources.storageBytes, setting.namesOtherLimits),
      Init: setting.hasInit && spec.command !== null,
      ...(port === null ? {} : { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
    },
  }
}

/** The same for a container that waits. Its standard input stays open when a connection to it ends. */
export function toHeldCreateOptions(spec: HeldSpec, setting: { installation: string; nonce: string; network: string }) {
  return {
    Image: spec.image,
    Entrypoint: holderCommand(setting.nonce, staySeconds),
    Cmd: [],
    Env: [],
    Labels: {
      ...toLabels(spec, { installation: setting.installation, hash: heldSpecHash(spec) }),
      [heldLabel]: setting.nonce,
    },
    OpenStdin: true,
    StdinOnce: false,
    NetworkingConfig: toNetworkingConfig(setting.network),
    HostConfig: {
      ...toHostConfig(spec, setting.network),
      ...toLimits(spec.resources.storageBytes, false),
      Init: true,
    },
  }
}

function toLabels(spec: HeldSpec, { installation, hash }: { installation: string; hash: string }) {
  return { ...ownerLabels(spec.owner), [labelNames.installation]: installation, [labelNames.spec]: hash }
}

/** Without it Docker keeps the name alone, and looks for it again when the container starts. */
function toNetworkingConfig(network: string) {
  return { EndpointsConfig: { [network]: { NetworkID: network } } }
}

function toHostConfig({ resources, owner }: HeldSpec, network: string) {
  const { memoryBytes, cpus, pids } = resources
  return {
    NetworkMode: network,
    Memory: memoryBytes,
    MemorySwap: memoryBytes,
    NanoCpus: Math.round(cpus * 1e9),
    PidsLimit: pids,
    CapDrop: ['ALL'],
    CapAdd: Object.keys(grantedCapabilities),
    SecurityOpt: ['no-new-privileges'],
    Privileged: false,
    IpcMode: 'private',
    RestartPolicy: { Name: 'no' },
    LogConfig: { Type: 'json-file', Config: owner.kind === 'service' ? serviceLog : {} },
  }
}

function toLimits(storageBytes: number | null, namesOtherLimits: boolean) {
  if (storageBytes === null) return {}
  const others = namesOtherLimits ? otherLimits : []
  return { Ulimits: [{ Name: 'fsize', Soft: storageBytes, Hard: storageBytes }, ...others] }
}
