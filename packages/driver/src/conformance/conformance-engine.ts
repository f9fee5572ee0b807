import type { EngineDriver, LogLine, Observation, WorkloadSpec } from '../port.ts'

/** What an implementation brings to the suite. */
export interface ConformanceEngine {
  /** A driver on one engine: the same installation again, as another process has it, or another installation. */
  connect(installation: string): EngineDriver
  /** An image with `/bin/sh`, `perl`, working directory `/work`. */
  readonly image: string
  /** An image without any program. */
  readonly imageWithoutShell: string
  /** Leaves the spec's container created and not started, as a crash in between does. */
  leaveCreated(installation: string, spec: WorkloadSpec): Promise<void>
  /** Breaks every connection that drivers have open; new ones succeed. */
  dropConnections(): void
  close(): Promise<void>
}

export interface ConformanceOptions {
  readonly name: string
  open(): Promise<ConformanceEngine>
  /** Whether programs run for real. The tests of limits and of isolation need that, and are skipped elsewhere. */
  readonly runsPrograms: boolean
  /** What the engine is known not to do, with the reason; the tests of that are skipped and say why. */
  readonly lacks: {
    readonly outOfMemory?: string
    readonly networkIsolation?: string
    readonly holding?: string
    readonly freezing?: string
  }
}

/** One run of the suite: an installation, its driver and its network. */
export interface Suite {
  readonly options: ConformanceOptions
  readonly engine: ConformanceEngine
  readonly driver: EngineDriver
  readonly installation: string
  readonly network: string
  /** A spec that runs `/bin/sh -c script` under a name of its own. */
  readonly spec: (script: string, changes?: Partial<WorkloadSpec>) => WorkloadSpec
  /** Ensures, waits for the exit, and reads the whole log. */
  readonly run: (script: string, changes?: Partial<WorkloadSpec>) => Promise<Finished>
  /** The whole log so far. */
  readonly readLines: (name: string, since?: Date) => Promise<LogLine[]>
}

export interface Finished {
  readonly name: string
  readonly observation: Observation
  readonly stdout: readonly string[]
  readonly stderr: readonly string[]
}

/** Tests get the suite when they run, not when they are registered. */
export type SuiteOf = () => Suite
