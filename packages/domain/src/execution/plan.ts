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

/** When a failed attempt is followed by another. A lost container is retried apart from this. */
export interface PlannedRetry {
  /** Attempts after the first; 0 = none. */
  readonly maxRetries: number
  readonly delaySeconds: number
  /** Doubles the delay with each retry. */
  readonly exponentialBackoff: boolean
  /** Retried only when the container ended with one of these; null = any failure. */
  readonly exitCodes: readonly number[] | null
}

/** An output parameter of an ancestor step. */
export interface InheritedOutput {
  readonly step: StepName
  readonly output: string
}

interface PlannedStepCommon {
  readonly parents: readonly StepName[]
  /** Input parameters that are plain values. */
  readonly env: Readonly<Record<string, string>>
  /** Environment name → the output parameter that gives its value. */
  readonly inherit: Readonly<Record<string, InheritedOutput>>
  /** Output parameter name → file (container steps) or `response.txt` (http steps). */
  readonly outputParameters: Readonly<Record<string, string>>
  readonly retry: PlannedRetry
  /** Seconds an attempt may take, or null for the step type's default (none, or 60 s for http). */
  readonly timeoutSeconds: number | null
}

export interface PlannedContainerStep extends PlannedStepCommon {
  readonly type: 'standard'
  /** Run by `/bin/sh -c`. */
  readonly command: string
  readonly image: PlannedImage
  readonly resources: PlannedResources
}

export interface PlannedImage {
  readonly imageId: number
  readonly versionId: number
  readonly name: string
  readonly version: string
  /** Content id on the engine, `sha256:…`. */
  readonly engineId: string
}

export interface PlannedResources {
  readonly instanceTypeId: number
  /** vCPU. */
  readonly cpus: number
  readonly memoryBytes: number
  /** As written, e.g. `10GB`. */
  readonly storage: string
}

export const httpMethods = ['get', 'post', 'put', 'patch', 'delete'] as const
export type HttpMethod = (typeof httpMethods)[number]

export interface PlannedHttpStep extends PlannedStepCommon {
  readonly type: 'http'
  readonly method: HttpMethod
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly payload: string | null
}

export type PlannedStep = PlannedContainerStep | PlannedHttpStep

/** Run-time parameters of one execution, as given to `execute`. */
export interface RunParameters {
  readonly global: Readonly<Record<string, string>>
  readonly stepWise: Readonly<Record<StepName, Readonly<Record<string, string>>>>
}
