/**
 * The state behind the fake driver, and the rules on it.
 *
 * Invariant: a name is in `workloads` from its creation to its removal, whoever made it; `started` gains an entry
 * exactly when a workload leaves `created`.
 */
import type { Clock } from '@cairn/domain'
import { DriverError } from '../driver-error.ts'
import type { Call, ImageDetails, Observation, WorkloadSpec } from '../port.ts'
import { specHash } from '../workload-spec.ts'
import type { FakeProgram, FakeProgramSource } from './fake-program.ts'
import { FakeWorkload } from './fake-workload.ts'

/** State of one engine, shared by every driver connected to it. */
export interface FakeEngine {
  readonly clock: Clock
  readonly programs: Map<string, FakeProgramSource>
  readonly images: Map<string, ImageDetails>
  readonly anyImage: boolean
  readonly workloads: Map<string, FakeWorkload>
  readonly networks: Set<string>
  readonly started: string[]
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

export function ensureFake(engine: FakeEngine, installation: string, spec: WorkloadSpec): Observation {
  const existing = engine.workloads.get(spec.name)
  if (existing !== undefined && (existing.installation !== installation || existing.hash !== specHash(spec))) {
    throw new DriverError('spec_conflict', `workload ${spec.name} exists with another specification`)
  }
  const workload = existing ?? createFake(engine, installation, spec)
  if (workload.phase === 'created') {
    engine.started.push(spec.name)
    workload.start()
  }
  return workload.observe()
}

export function createFake(engine: FakeEngine, installation: string, spec: WorkloadSpec): FakeWorkload {
  if (findImage(engine, spec.image) === null) {
    throw new DriverError('image_not_found', `image ${spec.image} is not on the engine; build it again`)
  }
  const workload = new FakeWorkload(spec, { installation, program: findProgram(engine, spec), clock: engine.clock })
  workload.onChange(() => {
    for (const listener of engine.hintListeners) listener(workload)
  })
  engine.workloads.set(spec.name, workload)
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
  workload.kill()
}

/** Removes without a hint. */
export function lose(engine: FakeEngine, workload: FakeWorkload): void {
  const { hintsDropped } = engine
  engine.hintsDropped = true
  discard(engine, workload)
  engine.hintsDropped = hintsDropped
}

export function addImage(engine: FakeEngine, reference: string, details: Partial<ImageDetails>): ImageDetails {
  const image = { id: `sha256:${reference}`, sizeBytes: 1, exposedTcpPorts: [], workingDirectory: '/', ...details }
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
