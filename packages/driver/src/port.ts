/**
 * The container-engine port: what the engine asks of Docker, Podman or Kubernetes.
 *
 * Invariants that every driver keeps, and `conformance/` checks:
 * - Verbs are idempotent by *name*. `ensure` twice makes one container; `stop` and `remove` of something absent succeed.
 * - A name starts its process at most once: `ensure` on an existing name adopts it, running or exited, and never restarts it.
 *   A start that fails because of the image or the command (no such program, not executable) is that one start: it is
 *   observed as `exited` with code 126 or 127 and the engine's words in `detail`.
 * - A container that is held (`prepare`) has not started its command. `ensure` releases it, and so starts the name: once,
 *   whoever calls it how often. One that ended before it was released was no attempt: `ensure` replaces it. When nobody
 *   knows whether it had been released, it is observed as `exited` with code null, and never replaced.
 * - Freezing changes nothing but the clock of the processes: they go on where they were, with the memory, connections and
 *   address that they had. `stop` and `remove` act on a frozen workload as on a running one.
 * - Observation is data. A failed call means "unknown" (it throws), never "gone" (`null`).
 * - Hints may be lost, repeated or reordered; `list` is the truth.
 * - Nothing without this installation's label is observed, listed, stopped or removed; `ensure` on such a name is a
 *   `spec_conflict`.
 * - No engine type crosses the port, and no error but {@link DriverError}.
 */
import type { Call } from './call.ts'
import type { ImageDetails, ImageVerbs, RegistryVerbs } from './image-port.ts'

export type { Call } from './call.ts'
export type * from './image-port.ts'

/** A container's name, a pure function of ids (see `domain` `workloadName`): `[a-z0-9-]`, at most 63 characters. */
export type WorkloadName = string

/** What a workload is for; stored as labels so that `list` can select and a sweeper can attribute. */
export interface Owner {
  readonly kind: 'step' | 'service'
  /** Execution id or service id. */
  readonly id: string
  readonly tenantId: string
}

export interface Resources {
  /** CPU limit in vCPU, e.g. 0.25. Greater than 0. */
  readonly cpus: number
  /** Memory limit in bytes; swap is not granted on top. */
  readonly memoryBytes: number
  /** Most processes and threads. */
  readonly pids: number
  /** Largest file that can be written, in bytes; null = no limit. What all files use together is told by `usage`. */
  readonly storageBytes: number | null
}

/** Files for a workload's working directory. */
export interface WorkloadFiles {
  /** Stands for the content: files of one digest are the same files. */
  readonly digest: string
  /** An uncompressed tar stream, names relative to the working directory; called for each container that is made. */
  open(): AsyncIterable<Uint8Array>
}

/** What must be known of a workload to hold it: all but what may come from the steps before it. */
export interface HeldSpec {
  readonly name: WorkloadName
  readonly owner: Owner
  /** Engine image reference or id, as `ImageBuilder.build` returned it. */
  readonly image: string
  readonly resources: Resources
  /** Name of the tenant's network; created by `ensureNetwork`. */
  readonly network: string
  /** Unpacked into the working directory before anything runs, owned by the container's user; null = none. */
  readonly files: WorkloadFiles | null
}

export interface WorkloadSpec extends HeldSpec {
  /** Replaces the image's entrypoint and command when given; argv, never a shell string. */
  readonly command: readonly string[] | null
  /** Of a held workload they stand in no inspection of the container, nor does the command. */
  readonly env: Readonly<Record<string, string>>
  /** TCP port of the container to publish on the loopback interface at a free port, or null for none. */
  readonly publishPort: number | null
}

export type Prepared =
  /** Its container runs and waits. */
  | { readonly kind: 'held' }
  /** This engine or image cannot hold, `reason` says why. Nothing is left; `ensure` starts the name in the usual way. */
  | { readonly kind: 'not_held'; readonly reason: string }
  /** The name has been started or made in the usual way before; nothing was done. */
  | { readonly kind: 'started' }

export type Frozen =
  | { readonly kind: 'frozen' }
  /** It does not run, or this engine cannot freeze; `reason` says so. */
  | { readonly kind: 'not_frozen'; readonly reason: string }

/** A TCP port on which a process of a workload waits for connections. */
export interface ListeningPort {
  readonly port: number
  /** Only for connections from inside the workload, e.g. to 127.0.0.1. */
  readonly isLoopbackOnly: boolean
}

export interface Usage {
  /** Bytes that the workload's own files and changes take, apart from its image. */
  readonly writableBytes: number
}

/** What a running workload has used of the machine. */
export interface Load {
  /** Seconds of processor time since it started. Never falls while it runs. */
  readonly cpuSeconds: number
  /** Bytes of memory, without the page cache that can be given up at once. */
  readonly memoryBytes: number
  /** Bytes that it may use; null = no limit is known. */
  readonly memoryLimitBytes: number | null
}

export type ExitReason = 'completed' | 'error' | 'oom' | 'killed'

export interface Exit {
  /** Exit code, or null when the engine does not know it. */
  readonly code: number | null
  readonly reason: ExitReason
  /** The engine's own words, for example why the process could not be started. */
  readonly detail: string | null
}

export interface Observation {
  readonly name: WorkloadName
  readonly owner: Owner
  /** `created`: made but its command never started: held, or the caller crashed or the engine failed in between. */
  readonly phase: 'created' | 'running' | 'frozen' | 'exited'
  /** Host and port at which `publishPort` answers from this machine, while running or frozen. */
  readonly address: { readonly host: string; readonly port: number } | null
  /** When its command started. Null also when the process could not be started at all. */
  readonly startedAt: Date | null
  readonly finishedAt: Date | null
  /** Set when `phase` is `exited`. */
  readonly exit: Exit | null
}

export interface LogLine {
  readonly at: Date
  readonly stream: 'stdout' | 'stderr'
  /** Text without its line feed; carriage returns and ANSI sequences kept. */
  readonly text: string
}

export interface LogOptions {
  /** Only lines stamped at this time or later; null = from the start. */
  readonly since: Date | null
  /** Goes on until the workload exits. */
  readonly follow: boolean
}

export interface Capabilities {
  /** E.g. `docker` or `podman`. */
  readonly engine: string
  readonly version: string
  /** CPUs and memory of the machine that the engine runs on. */
  readonly cpus: number
  readonly memoryBytes: number
}

/** One container engine. `installation` (a label value) is fixed at construction. */
export interface EngineDriver extends ImageVerbs, RegistryVerbs {
  readonly kind: 'docker' | 'kubernetes' | 'fake'
  /** Verifies reachability and permissions; the error's message says what to grant. */
  preflight(call: Call): Promise<Capabilities>
  /** Creates the network when absent. */
  ensureNetwork(name: string, call: Call): Promise<void>
  /** Absent = done. */
  removeNetwork(name: string, call: Call): Promise<void>
  /**
   * Makes a container that is ready to run the workload's command and waits for `ensure`, which then takes milliseconds.
   * Throws as `ensure` does. Until it is released a `stop` or `remove` of it is as if it had never been.
   */
  prepare(spec: HeldSpec, call: Call): Promise<Prepared>
  /**
   * Creates and starts the workload, or adopts the one of that name; a name left in `created` by a crash is started, and
   * one that is held is released. Throws `spec_conflict` when the name exists with another spec, `invalid_spec` as
   * `checkSpec` says, and `image_not_found`; nothing is pulled.
   */
  ensure(spec: WorkloadSpec, call: Call): Promise<Observation>
  /** null = does not exist. */
  observe(name: WorkloadName, call: Call): Promise<Observation | null>
  /** Everything of this installation; complete or throws. */
  list(call: Call): Promise<readonly Observation[]>
  /** Names whose state may have changed. Reconnects by itself; ends only by signal. */
  hints(call: Call): AsyncIterable<WorkloadName>
  /**
   * Resolves when the workload has exited, or is absent (null). One that is removed meanwhile is either. The end of one
   * that was held may be told as soon as its command has ended with 0, before the engine has taken its container apart.
   */
  wait(name: WorkloadName, call: Call): Promise<Observation | null>
  /**
   * The image's stop signal (SIGTERM unless it names another), then SIGKILL after `graceMs`, which a driver may round up
   * to whole seconds. Returns when the process has ended. Absent or exited = done.
   */
  stop(name: WorkloadName, graceMs: number, call: Call): Promise<void>
  /**
   * Takes the CPU from a running workload: none of its processes gets on until `thaw`. What is sent to it meanwhile waits
   * in its sockets. Frozen already = done.
   */
  freeze(name: WorkloadName, call: Call): Promise<Frozen>
  /** Lets a frozen workload go on. Absent or not frozen = done. */
  thaw(name: WorkloadName, call: Call): Promise<void>
  /** Kills and deletes, its anonymous volumes too. Absent = done. */
  remove(name: WorkloadName, call: Call): Promise<void>
  /**
   * Lines from `since` (inclusive; null = from the start), then, with `follow`, as they come until the workload exits.
   * Each batch holds at least one line. A line over 256 KiB arrives in pieces with the same `at`; bytes that are not
   * UTF-8 become U+FFFD. Throws `workload_not_found` for an absent name, and `unavailable` when the engine goes away
   * before the end.
   *
   * To resume without loss or doubles: engines may stamp the two streams slightly out of order, so choose `since` a
   * second before the newest stored line, and skip as many lines as are stored with `at >= since`.
   */
  logs(name: WorkloadName, options: LogOptions, call: Call): AsyncIterable<readonly LogLine[]>
  /**
   * A regular file of a workload, also after it exited. `path` is absolute or relative to the working directory. Links
   * are followed inside the container's file system and never leave it; a directory, pipe or device is `not_a_file`.
   * Throws `workload_not_found` for an absent name.
   */
  readFile(name: WorkloadName, path: string, maxBytes: number, call: Call): Promise<ReadFileResult>
  /** null = absent. May read through all that the workload has written, so not to be asked often. */
  usage(name: WorkloadName, call: Call): Promise<Usage | null>
  /** Cheap: a look at counters. null = it does not run, or its engine keeps no counters. */
  load(name: WorkloadName, call: Call): Promise<Load | null>
  /**
   * What a running workload listens on, in ascending order. null = it does not run, or it cannot be told; images without
   * any programs are not told of.
   */
  listeningPorts(name: WorkloadName, call: Call): Promise<readonly ListeningPort[] | null>
}

export type ReadFileResult =
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  | { readonly kind: 'absent' }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'not_a_file' }

export interface BuildRequest {
  /** Tag to give the result, e.g. `cairn/<installation>/<tenant digest>/<imageId>:<versionId>`. */
  readonly tag: string
  /** Labels to set on the image besides the installation's, which the builder sets itself. */
  readonly labels: Readonly<Record<string, string>>
  /** The build context as an uncompressed tar stream. Not read when there is a `directory`. */
  readonly context: AsyncIterable<Uint8Array>
  /** The context as a directory, for a builder that takes one; null = the stream is all there is. */
  readonly directory: BuildDirectory | null
  /** Path of the Dockerfile inside the context, already checked to stay inside it. */
  readonly dockerfilePath: string
  /** Whether the Dockerfile uses what only BuildKit knows; a builder that keeps limits may be taken for one that does not. */
  readonly needsBuildKit: boolean
  readonly buildArguments: Readonly<Record<string, string>>
  /**
   * By the id with which a Dockerfile mounts them. Never given as build arguments, whose values are kept in the image's
   * history; a builder without secret mounts fails a build that has some.
   */
  readonly secrets: Readonly<Record<string, string>>
  readonly useCache: boolean
  /** Kept where the builder can; where it cannot, it says so in the log. null = no limit. */
  readonly limits: { readonly cpus: number | null; readonly memoryBytes: number | null }
}

/** A build context that a builder reads in place; it reads only what has changed since it read the same path last. */
export interface BuildDirectory {
  readonly path: string
  /** Text of the Dockerfile; the one in the directory is not read. */
  readonly dockerfile: string
}

export type BuildResult =
  | { readonly kind: 'built'; readonly image: ImageDetails }
  /** The user's fault: the Dockerfile failed. The log says where. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Builds images on the engine. Throws {@link DriverError} for the engine's faults, aborts on the signal. */
export interface ImageBuilder {
  /** Which builder was found, for the build log, e.g. `BuildKit (docker 20.10.24)`. */
  describe(call: Call): Promise<string>
  /** Whether requests with these limits may have a `directory`. */
  takesDirectories(limits: BuildRequest['limits'], call: Call): Promise<boolean>
  build(request: BuildRequest, onLine: (line: string) => void, call: Call): Promise<BuildResult>
}
