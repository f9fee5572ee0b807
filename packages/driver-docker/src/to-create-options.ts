import { labelNames, ownerLabels, specHash, type WorkloadSpec } from '@cairn/driver'

/**
 * Capabilities that ordinary images need to start; all others are dropped, and no-new-privileges keeps a program from
 * gaining more. An entrypoint that begins as root to prepare directories and then changes to its own user needs CHOWN,
 * FOWNER and DAC_OVERRIDE for the first and SETUID and SETGID for the second; a supervisor that stays root (nginx,
 * shiny-server) needs KILL to end its workers of another user; NET_BIND_SERVICE allows ports below 1024 where the
 * engine does not lift that limit itself. Of Docker's defaults the platform drops AUDIT_WRITE, FSETID, MKNOD, NET_RAW,
 * SETFCAP, SETPCAP and SYS_CHROOT: nothing a data workload starts with needs them, and NET_RAW lets a container forge
 * its neighbours' addresses.
 */
export const grantedCapabilities = [
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'KILL',
  'NET_BIND_SERVICE',
  'SETGID',
  'SETUID',
] as const

/** Most log that a service keeps on the engine; a step's is never rotated, so that none of it is lost before it is stored. */
const serviceLog = { 'max-size': '64m', 'max-file': '2' }

export interface CreateSetting {
  readonly installation: string
  /** Whether the engine has an init process to put before a program. */
  readonly hasInit: boolean
}

/** Body of the Engine API's container creation. */
export type CreateOptions = ReturnType<typeof toCreateOptions>

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
  const { resources, publishPort } = spec
  const port = publishPort === null ? null : `${publishPort}/tcp`
  return {
    Image: spec.image,
    ...(spec.command === null ? {} : { Entrypoint: [...spec.command], Cmd: [] }),
    Env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
    Labels: {
      ...ownerLabels(spec.owner),
      [labelNames.installation]: setting.installation,
      [labelNames.spec]: specHash(spec),
    },
    ...(port === null ? {} : { ExposedPorts: { [port]: {} } }),
    HostConfig: {
      NetworkMode: spec.network,
      Memory: resources.memoryBytes,
      MemorySwap: resources.memoryBytes,
      NanoCpus: Math.round(resources.cpus * 1e9),
      PidsLimit: resources.pids,
      CapDrop: ['ALL'],
      CapAdd: [...grantedCapabilities],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      IpcMode: 'private',
      RestartPolicy: { Name: 'no' },
      LogConfig: { Type: 'json-file', Config: spec.owner.kind === 'service' ? serviceLog : {} },
      Init: setting.hasInit && spec.command !== null,
      ...(port === null ? {} : { PortBindings: { [port]: [{ HostIp: '127.0.0.1', HostPort: '' }] } }),
    },
  }
}
