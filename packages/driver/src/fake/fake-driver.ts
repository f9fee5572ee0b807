/**
 * An engine in memory that keeps the port's promises: for tests of whatever stands on the port.
 *
 * Programs are scripted by command text. Time stamps come from the given clock; durations are real timers, so a test
 * either uses small ones or `endless` programs that it finishes itself.
 */
import type { Clock } from '@cairn/domain'
import { DriverError } from '../driver-error.ts'
import { exitReason } from '../exit-reason.ts'
import type {
  Call,
  DiskSpace,
  EngineDriver,
  ExitReason,
  Frozen,
  ListeningPort,
  Load,
  ImageDetails,
  LogOptions,
  WorkloadFiles,
  WorkloadSpec,
} from '../port.ts'
import { checkHeldSpec, checkSpec } from '../workload-spec.ts'
import {
  addImage,
  answer,
  bounded,
  createFake,
  discard,
  ensureFake,
  lose,
  prepareFake,
  type FakeEngine,
} from './fake-engine.ts'
import { imageVerbs } from './fake-images.ts'
import { registryVerbs } from './fake-registry.ts'
import type { FakeOutput, FakeProgramSource } from './fake-program.ts'
import { fakeFile, fakeHints, fakeLogs } from './fake-streams.ts'
import type { FakeWorkload } from './fake-workload.ts'

export interface FakeDriverOptions {
  readonly clock: Clock
  /** Label of what this driver makes, default `fake`. */
  readonly installation?: string
  /**
   * By command text: the script of `/bin/sh -c <script>`, else the argv joined by spaces, else (no command) the image
   * reference. A command that is not here prints `not found` and ends with 127.
   */
  readonly programs?: Readonly<Record<string, FakeProgramSource>>
  /** Images that exist, by reference, default none but see `anyImage`. */
  readonly images?: Readonly<Record<string, Partial<ImageDetails>>>
  /** Whether every image reference exists, default true. */
  readonly anyImage?: boolean
}

export interface FakeDriver extends EngineDriver {
  readonly kind: 'fake'
  /** The test's hand on the engine. */
  readonly control: FakeControl
}

export interface FakeControl {
  /** Names in the order in which their processes were started, one entry per start. */
  readonly started: readonly string[]
  /** Networks that exist. */
  readonly networks: ReadonlySet<string>
  /** Adds or replaces a program for workloads that start later. */
  setProgram(command: string, program: FakeProgramSource): void
  addImage(reference: string, details: Partial<ImageDetails>): ImageDetails
  print(name: string, output: FakeOutput): void
  /** Ends a running workload. */
  finish(name: string, exitCode: number, reason?: ExitReason): void
  /** The tar that a workload was given as its files; null = none. */
  filesOf(name: string): Uint8Array | null
  /** The environment that a workload was given. */
  environmentOf(name: string): Readonly<Record<string, string>>
  /** What `usage` tells of a workload from now on; 0 before. */
  setWritableBytes(name: string, bytes: number): void
  /** What `load` tells of a workload from now on; nothing used and no limit before. */
  setLoad(name: string, load: Load): void
  /** What `listeningPorts` tells of a workload from now on; before, that it cannot be told. */
  setListening(name: string, ports: readonly ListeningPort[]): void
  /** Why workloads of this image cannot be held from now on; null = they can, as every image at first. */
  setUnholdable(image: string, reason: string | null): void
  /** What `imageFiles` finds in an image from now on, by path; nothing before. */
  setImageFiles(reference: string, files: Readonly<Record<string, string>>): void
  /** What `diskSpace` and `diskUsage` tell from now on; before, that it cannot be told, and no cache. */
  setDisk(space: DiskSpace | null, buildCacheBytes?: number): void
  /** Makes a workload vanish without a hint, as when somebody deletes it by hand. */
  lose(name: string): void
  /** Leaves a workload in `created`, as a crash between create and start does. */
  leaveCreated(spec: WorkloadSpec): void
  /** While true, every call throws `unavailable`. */
  setUnavailable(unavailable: boolean): void
  /** Breaks every open connection: a log that is followed, a wait or a stop throws `unavailable`. */
  dropConnections(): void
  /** Hints of changes while they are dropped are lost. */
  setHintsDropped(dropped: boolean): void
  /** A second driver on the same engine, as another process or another installation has one. */
  connect(installation: string): FakeDriver
}

/**
 * @example
 * const driver = createFakeDriver({ clock, programs: { 'train.sh': { exitCode: 0, output: [{ stream: 'stdout', text: 'ok' }] } } })
 */
export function createFakeDriver(options: FakeDriverOptions): FakeDriver {
  const engine: FakeEngine = {
    clock: options.clock,
    programs: new Map(Object.entries(options.programs ?? {})),
    images: new Map(),
    anyImage: options.anyImage ?? true,
    workloads: new Map(),
    networks: new Set(),
    started: [],
    files: new Map(),
    imageFiles: new Map(),
    registry: { manifests: new Map(), tags: new Map() },
    space: null,
    buildCacheBytes: 0,
    unholdable: new Map(),
    hintListeners: new Set(),
    connections: new AbortController(),
    unavailable: false,
    hintsDropped: false,
  }
  for (const [reference, details] of Object.entries(options.images ?? {})) addImage(engine, reference, details)
  return connectFake(engine, options.installation ?? 'fake')
}

function connectFake(engine: FakeEngine, installation: string): FakeDriver {
  return {
    kind: 'fake',
    control: fakeControl(engine, installation),
    ...workloadVerbs(engine, installation),
    preflight: async (call) => {
      await answer(engine, call)
      return { engine: 'fake', version: '1', cpus: 4, memoryBytes: 16 * 1024 ** 3 }
    },
    ensureNetwork: async (name, call) => {
      await answer(engine, call)
      engine.networks.add(name)
    },
    removeNetwork: async (name, call) => {
      await answer(engine, call)
      engine.networks.delete(name)
    },
    prepare: async (spec, call) => {
      checkHeldSpec(spec)
      await answer(engine, call)
      return prepareFake(engine, installation, spec, await readFiles(spec.files))
    },
    ensure: async (spec, call) => {
      checkSpec(spec)
      await answer(engine, call)
      return ensureFake(engine, installation, spec, await readFiles(spec.files))
    },
    list: async (call) => {
      await answer(engine, call)
      return [...engine.workloads.values()].filter((w) => w.installation === installation).map((w) => w.observe())
    },
    hints: (call) => fakeHints(engine, installation, call),
    ...imageVerbs(engine),
    ...registryVerbs(engine),
  }
}

async function readFiles(files: WorkloadFiles | null): Promise<Uint8Array | null> {
  if (files === null) return null
  try {
    const chunks: Uint8Array[] = []
    for await (const chunk of files.open()) chunks.push(chunk)
    return Buffer.concat(chunks)
  } catch (error) {
    throw new DriverError('invalid_spec', `files: ${String(error)}`, { cause: error })
  }
}

/** The verbs on one workload that only look at it or end it. */
function workloadVerbs(engine: FakeEngine, installation: string) {
  const find = async (name: string, call: Call): Promise<FakeWorkload | null> => {
    await answer(engine, call)
    const workload = engine.workloads.get(name)
    return workload?.installation === installation ? workload : null
  }
  const require = async (name: string, call: Call): Promise<FakeWorkload> => {
    const workload = await find(name, call)
    if (workload === null) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
    return workload
  }
  return {
    observe: async (name: string, call: Call) => (await find(name, call))?.observe() ?? null,
    wait: async (name: string, call: Call) => {
      await find(name, call)
      for (;;) {
        // Looked up anew each time: a held one is replaced when it is released.
        const workload = engine.workloads.get(name)
        if (workload?.installation !== installation) return null
        if (workload.phase === 'exited') return workload.observe()
        await bounded(engine, call, (bound) => workload.changed(bound))
      }
    },
    stop: async (name: string, graceMs: number, call: Call) => {
      const workload = await find(name, call)
      if (workload !== null) await bounded(engine, call, (bound) => workload.stop(graceMs, bound))
    },
    freeze: async (name: string, call: Call): Promise<Frozen> => {
      const workload = await find(name, call)
      if (workload?.freeze() === true) return { kind: 'frozen' }
      return { kind: 'not_frozen', reason: `workload ${name} does not run` }
    },
    thaw: async (name: string, call: Call) => {
      const workload = await find(name, call)
      workload?.thaw()
    },
    remove: async (name: string, call: Call) => {
      const workload = await find(name, call)
      if (workload !== null) discard(engine, workload)
    },
    logs: async function* logs(name: string, logOptions: LogOptions, call: Call) {
      yield* fakeLogs({ engine, workload: await require(name, call) }, logOptions, call)
    },
    readFile: async (name: string, path: string, maxBytes: number, call: Call) =>
      fakeFile({ engine, workload: await require(name, call) }, path, maxBytes),
    usage: async (name: string, call: Call) => {
      const workload = await find(name, call)
      return workload === null ? null : { writableBytes: workload.writableBytes }
    },
    load: async (name: string, call: Call) => {
      const workload = await find(name, call)
      return workload?.phase === 'running' ? workload.load : null
    },
    listeningPorts: async (name: string, call: Call) => (await find(name, call))?.listening ?? null,
  } satisfies Partial<EngineDriver>
}

function fakeControl(engine: FakeEngine, installation: string): FakeControl {
  const get = (name: string): FakeWorkload => {
    const workload = engine.workloads.get(name)
    if (workload === undefined) throw new DriverError('workload_not_found', `workload ${name} does not exist`)
    return workload
  }
  return {
    started: engine.started,
    networks: engine.networks,
    setProgram: (command, program) => engine.programs.set(command, program),
    addImage: (reference, details) => addImage(engine, reference, details),
    print: (name, output) => get(name).print(output),
    finish: (name, code, reason) => get(name).finish({ code, reason: reason ?? exitReason(code, false), detail: null }),
    filesOf: (name) => engine.files.get(name) ?? null,
    environmentOf: (name) => get(name).spec.env,
    setWritableBytes: (name, bytes) => {
      get(name).writableBytes = bytes
    },
    setLoad: (name, load) => {
      get(name).load = load
    },
    setListening: (name, ports) => {
      get(name).listening = ports
    },
    setUnholdable: (image, reason) => {
      if (reason === null) engine.unholdable.delete(image)
      else engine.unholdable.set(image, reason)
    },
    setImageFiles: (reference, files) => engine.imageFiles.set(reference, files),
    setDisk: (space, buildCacheBytes = 0) => {
      engine.space = space
      engine.buildCacheBytes = buildCacheBytes
    },
    lose: (name) => lose(engine, get(name)),
    leaveCreated: (spec) => {
      createFake(engine, installation, spec)
    },
    setUnavailable: (unavailable) => {
      engine.unavailable = unavailable
    },
    dropConnections: () => {
      engine.connections.abort()
      engine.connections = new AbortController()
    },
    setHintsDropped: (dropped) => {
      engine.hintsDropped = dropped
    },
    connect: (other) => connectFake(engine, other),
  }
}
