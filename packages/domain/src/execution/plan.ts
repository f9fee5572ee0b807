/**
 * A run plan: everything about a workflow that a run needs, resolved and frozen when the run starts. Image versions are
 * pinned to content ids, resources to numbers. Runs of the same workflow revision and pins share one plan row.
 * Pure data; stored as JSON, so every field is JSON-serialisable and absence is `null`.
 */
export interface RunPlan {
  readonly workflowName: string
  readonly steps: Readonly<Record<StepName, PlannedStep>>
}

/** Letters, digits, `-` and `_`, 1 to 64 characters; see `stepNamePattern`. */
export type StepName = string

interface PlannedStepCommon {
  readonly parents: readonly StepName[]
  /** Input parameters that are plain values. */
  readonly env: Readonly<Record<string, string>>
  /** Environment name → name of an output parameter of an ancestor step. */
  readonly inherit: Readonly<Record<string, string>>
  /** Output parameter name → file (container steps) or `response.txt` (http steps). */
  readonly outputParameters: Readonly<Record<string, string>>
}

export interface PlannedContainerStep extends PlannedStepCommon {
  readonly type: 'standard'
  /** Run by `/bin/sh -c`. */
  readonly command: string
  readonly image: {
    readonly imageId: number
    readonly versionId: number
    readonly name: string
    readonly version: string
    /** Content id on the engine, `sha256:…`. */
    readonly engineId: string
  }
  readonly resources: {
    readonly instanceTypeId: number
    /** vCPU. */
    readonly cpus: number
    readonly memoryBytes: number
    /** As written, e.g. `10GB`. */
    readonly storage: string
  }
  /** Seconds, or null for none. */
  readonly timeoutSeconds: number | null
}

export interface PlannedHttpStep extends PlannedStepCommon {
  readonly type: 'http'
  readonly method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | null
  readonly timeoutSeconds: number | null
}

export type PlannedStep = PlannedContainerStep | PlannedHttpStep

/** Run-time parameters of one execution, as given to `execute`. */
export interface RunParameters {
  readonly global: Readonly<Record<string, string>>
  readonly stepWise: Readonly<Record<StepName, Readonly<Record<string, string>>>>
}
