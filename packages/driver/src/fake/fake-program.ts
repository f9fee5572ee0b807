import type { ExitReason, WorkloadSpec } from '../port.ts'

/** What a workload of the fake does. Every field has a harmless default: print nothing and end with 0 at once. */
export interface FakeProgram {
  /** Default 0. */
  readonly exitCode?: number
  /** Default: as the exit code says. */
  readonly reason?: ExitReason
  /** Real milliseconds until it ends by itself, default 0; `endless` runs until it is stopped, removed or finished by the test. */
  readonly durationMs?: number | 'endless'
  /** Printed in order. */
  readonly output?: readonly FakeOutput[]
  /** By absolute path, or relative to the image's working directory. `other` stands for a directory, link or device. */
  readonly files?: Readonly<Record<string, string | Uint8Array | { readonly kind: 'other' }>>
  /** Whether the stop signal ends it (default) or only the kill after the grace time. */
  readonly honoursStopSignal?: boolean
  /** Where the published port answers; a test starts its own server there. Default 127.0.0.1 at the container's port. */
  readonly address?: { readonly host: string; readonly port: number }
  /** The program cannot be started: observed as exited with 127 and these words as detail. */
  readonly startFailure?: string
}

export interface FakeOutput {
  readonly stream: 'stdout' | 'stderr'
  readonly text: string
  /** Real milliseconds after the start, default 0; later than the program's end = never printed. */
  readonly afterMs?: number
}

/** A program, or one made for the spec it runs with, for example to print an environment variable. */
export type FakeProgramSource = FakeProgram | ((spec: WorkloadSpec) => FakeProgram)
