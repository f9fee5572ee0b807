/**
 * The state behind the fake driver, and the rules on it.
 *
 * Invariant: a name is in `workloads` from its creation to its removal, whoever made it; `started` gains an entry
 * exactly when a workload leaves `created`. A held workload is in `created`; its release puts the whole one in its place.
 */
import type { Clock } from '@cairn/domain'
import { DriverError } from '../driver-error.ts'
import type { Call, DiskSpace, HeldSpec, ImageDetails, Observation, Prepared, WorkloadSpec } from '../port.ts'
import { heldSpecHash, specHash } from '../workload-spec.ts'
import type { FakeProgram, FakeProgramSource } from './fake-program.ts'
import { FakeWorkload } from './fake-workload.ts'

/** What was pushed. */
interface FakeRegistry {
  /** By repository and digest, which is the content id. */
  readonly manifests: Map<string, ImageDetails>
  /** Digests by repository and tag. */
  readonly tags: Map<string, string>
}

/** State of one engine, shared by every driver connected to it. */
export interface FakeEngine {
  readonly clock: Clock
  readonly programs: Map<string, FakeProgramSource>
  readonly images: Map<string, ImageDetails>
  readonly anyImage: boolean
  readonly workloads: Map<string, FakeWorkload>
  readonly networks: Set<string>
  readonly started: string[]
  /** By name, the files that its workload was given. */
  readonly files: Map<string, Uint8Array>
  /** Files of images, by reference. */
  readonly imageFiles: Map<string, Readonly<Record<string, string>>>
  /** What was pushed. */
  readonly registry: FakeRegistry
  space: DiskSpace | null
  buildCacheBytes: number
  /** Why images cannot be held, by reference. */
  readonly unholdable: Map<string, string>
  readonly hintListeners: Set<(workload: FakeWorkload) => void>
  /** Aborted and replaced when all connections break. */
  connections: AbortController
  unavailable: boolean
  hintsDropped: boolean
}

/** Every call passes here: it takes a turn of the event loop, as a real one does, and may find the engine gone. */
export async function answer(engine: FakeEngine, call: Call): Promise<void> {
  await bounded(engine, call, async () => undefined)
  if (engine.unavailable) throw new DriverError('unavailable', 'the fake engine does not answer')
}

/** Ends with the caller's patience, or with the connection. */
export async function bounded<T>(engine: FakeEngine, call: Call, work: (bound: Call) => Promise<T>): Promise<T> {
  try {
    call.signal.throwIfAborted()
    return await work({ signal: AbortSignal.any([call.signal, engine.connections.signal]) })
  } catch (error) {
    if (call.signal.aborted) throw new DriverError('timeout', 'the caller stopped waiting', { cause: error })
    if (isAbort(error))
      throw new DriverError('unavailable', 'the connection to the fake engine broke', { cause: error })
    throw error
  }
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'

/** Holds, or says why not; `files` are those of the spec, read. */
export function prepareFake(
  engine: FakeEngine,
  installation: string,
  spec: HeldSpec,
  files: Uint8Array | null,
): Prepared {
  const existing = engine.workloads.get(spec.name)
  if (existing !== undefined) {
    requireSame(existing, installation, existing.isHeld ? heldSpecHash(spec) : existing.hash)
    return { kind: existing.isHeld ? 'held' : 'started' }
  }
  requireImage(engine, spec.image)
  const reason = engine.unholdable.get(spec.image)
  if (reason !== undefined) return { kind: 'not_held', reason }
  keepFiles(engine, spec.name, files)
  const whole = { ...spec, command: null, env: {}, publishPort: null }
  add(engine, new FakeWorkload(whole, { installation, program: {}, clock: engine.clock, isHeld: true }))
  return { kind: 'held' }
}

/** Starts, releases or adopts; `files` are those of the spec, read. */
export function ensureFake(
  engine: FakeEngine,
  installation: string,
  spec: WorkloadSpec,
  files: Uint8Array | null,
): Observation {
  const existing = engine.workloads.get(spec.name)
  if (existing !== undefined) {
    requireSame(existing, installation, existing.isHeld ? heldSpecHash(spec) : specHash(spec))
  }
  const isMade = existing !== undefined && !existing.isHeld
  const workload = isMade ? existing : createFake(engine, installation, spec)
  if (existing === undefined) keepFiles(engine, spec.name, files)
  else if (!isMade) existing.leave()
  if (workload.phase === 'created') {
    engine.started.push(spec.name)
    workload.start()
  }
  return workload.observe()
}

function requireSame(existing: FakeWorkload, installation: string, hash: string): void {
  if (existing.installation === installation && existing.hash === hash) return
  throw new DriverError('spec_conflict', `workload ${existing.spec.name} exists with another specification`)
}

function keepFiles(engine: FakeEngine, name: string, files: Uint8Array | null): void {
  if (files === null) engine.files.delete(name)
  else engine.files.set(name, files)
}

function requireImage(engine: FakeEngine, image: string): void {
  if (findImage(engine, image) !== null) return
  throw new DriverError('image_not_found', `image ${image} is not on the engine; build it again`)
}

export function createFake(engine: FakeEngine, installation: string, spec: WorkloadSpec): FakeWorkload {
  requireImage(engine, spec.image)
  const program = findProgram(engine, spec)
  return add(engine, new FakeWorkload(spec, { installation, program, clock: engine.clock, isHeld: false }))
}

function add(engine: FakeEngine, workload: FakeWorkload): FakeWorkload {
  const tellHints = (): void => {
    for (const listener of engine.hintListeners) listener(workload)
  }
  workload.onChange(tellHints)
  engine.workloads.set(workload.spec.name, workload)
  if (workload.isHeld) tellHints()
  return workload
}

function findProgram(engine: FakeEngine, spec: WorkloadSpec): FakeProgram {
  const text = commandText(spec)
  const source = engine.programs.get(text)
  if (source === undefined) {
    return { exitCode: 127, output: [{ stream: 'stderr', text: `/bin/sh: 1: ${text}: not found` }] }
  }
  return typeof source === 'function' ? source(spec) : source
}

function commandText({ command, image }: WorkloadSpec): string {
  if (command === null) return image
  const [program, flag, script, ...others] = command
  const isScript = program === '/bin/sh' && flag === '-c' && others.length === 0
  return isScript && script !== undefined ? script : command.join(' ')
}

export function discard(engine: FakeEngine, workload: FakeWorkload): void {
  engine.workloads.delete(workload.spec.name)
  engine.files.delete(workload.spec.name)
  workload.kill()
  workload.leave()
}

/** Removes without a hint. */
export function lose(engine: FakeEngine, workload: FakeWorkload): void {
  const { hintsDropped } = engine
  engine.hintsDropped = true
  discard(engine, workload)
  engine.hintsDropped = hintsDropped
}

export function addImage(engine: FakeEngine, reference: string, details: Partial<ImageDetails>): ImageDetails {
  const defaults = { id: `sha256:${reference}`, sizeBytes: 1, exposedTcpPorts: [], workingDirectory: '/', layers: [] }
  const image = { ...defaults, ...details }
  engine.images.set(reference, image)
  return image
}

export function findImage(engine: FakeEngine, reference: string): ImageDetails | null {
  const byReference = engine.images.get(reference)
  if (byReference !== undefined) return byReference
  const byId = [...engine.images.values()].find((image) => image.id === reference)
  if (byId !== undefined) return byId
  return engine.anyImage ? addImage(engine, reference, {}) : null
}
