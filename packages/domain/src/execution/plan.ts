/**
 * A run plan: everything about a workflow that a run needs, resolved and frozen when the run starts. Image versions are
 * pinned to content ids, resources to numbers. Runs of the same workflow revision and pins share one plan row.
 * Pure data; stored as JSON, so every field is JSON-serialisable and absence is `null`.
 */
export interface RunPlan {
  readonly workflowName: string
  readonly steps: Readonly<Record<StepName, PlannedStep>>
  /** Seconds that the whole run may take, counted from its first attempt; null = no limit. */
  readonly timeoutSeconds: number | null
  /** Whether anybody is to be told of the run's end. The watchers themselves are read when it comes. */
  readonly watched: boolean
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

/** Compares an output parameter of a step with a value. A step that left no such output fulfils neither. */
export interface PlannedParameterCondition {
  readonly condition: 'equals' | 'not-equals'
  readonly step: StepName
  readonly output: string
  readonly value: string
}

/** How all of some steps, or one of them, ended. */
export interface PlannedStatusCondition {
  readonly condition: 'all-of' | 'one-of'
  readonly steps: readonly StepName[]
  readonly statuses: readonly ('success' | 'failure')[]
}

/** With an entry in either list, every entry of both must hold; without one, every parent must count as success. */
export interface PlannedConditions {
  readonly parameters: readonly PlannedParameterCondition[]
  readonly statuses: readonly PlannedStatusCondition[]
}

/** `skip`: this step alone, its children go on. `skipDAG`: this step or an ancestor (`of`) asks that all below be skipped. */
export type PlannedSkip = { readonly rule: 'skip' } | { readonly rule: 'skipDAG'; readonly of: StepName }

interface PlannedStepCommon {
  /** As written; the default rule for a start asks them. */
  readonly parents: readonly StepName[]
  /** Steps that the conditions name beside the parents: waited for too. */
  readonly alsoWaitsFor: readonly StepName[]
  readonly conditions: PlannedConditions
  readonly skip: PlannedSkip | null
  /** Names of secrets that the step is given as parameters. */
  readonly secrets: readonly string[]
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
  /** Cloned into the working directory before the command runs. */
  readonly repository: PlannedRepository | null
}

export interface PlannedRepository {
  /** http or https, without a user name or password. */
  readonly url: string
  readonly branch: string
  /** Name of the secret that holds the access token; null = none is sent. */
  readonly token: string | null
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
  /** Header name → name of the secret that is its value. */
  readonly secretHeaders: Readonly<Record<string, string>>
  readonly auth: PlannedAuth
  readonly payload: string | null
}

/** Who the request speaks for. All but `username` and `authUrl` are names of secrets. */
export type PlannedAuth =
  | { readonly type: 'no-auth' }
  | { readonly type: 'basic'; readonly username: string; readonly password: string }
  | { readonly type: 'api-key'; readonly apiKey: string }
  | { readonly type: 'bearer-token'; readonly bearerToken: string }
  | { readonly type: 'oauth'; readonly clientId: string; readonly clientSecret: string; readonly authUrl: string }

export interface PlannedSqlStep extends PlannedStepCommon {
  readonly type: 'sql'
  readonly query: PlannedQuery
}

/** Where the text of a query comes from: the tenant's query store, at the version pinned by the start, or a git file. */
export type PlannedQuery =
  | { readonly from: 'store'; readonly path: string; readonly version: number; readonly text: string }
  | { readonly from: 'repository'; readonly repository: PlannedRepository; readonly filePath: string }

export interface PlannedExportStep extends PlannedStepCommon {
  readonly type: 'export'
  readonly schema: string
  readonly table: string
  readonly sortBy: string
  readonly sortOrder: 'asc' | 'desc'
  /** Written as `.csv.gz`. */
  readonly compression: boolean
}

export type PlannedStep = PlannedContainerStep | PlannedHttpStep | PlannedSqlStep | PlannedExportStep

/** Run-time parameters of one execution, as given to `execute`. */
export interface RunParameters {
  readonly global: Readonly<Record<string, string>>
  readonly stepWise: Readonly<Record<StepName, Readonly<Record<string, string>>>>
}
