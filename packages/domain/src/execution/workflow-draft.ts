/**
 * What this package reads of a workflow body: the contract's `WorkflowBody` fits it. Loose on purpose: the contract's
 * schema has checked the types, the rules that span fields are checked here.
 */
export interface WorkflowDraft {
  readonly name?: string | undefined
  readonly metadata?: { readonly workflowTimeout?: number | null | undefined } | null | undefined
  readonly watchers?: readonly unknown[] | null | undefined
  readonly retryOptions?: RetryOptionsDraft | null | undefined
  readonly steps: Readonly<Record<string, StepDraft>>
}

export interface RetryOptionsDraft {
  readonly duration?: number | null | undefined
  readonly exitCodes?: readonly number[] | null | undefined
  readonly exponentialBackoff?: boolean | null | undefined
  readonly numberOfRetries?: number | null | undefined
}

export interface ParameterConditionDraft {
  readonly condition: 'equals' | 'not-equals'
  readonly stepName: string
  readonly paramName: string
  readonly value: string
}

interface StatusConditionDraft {
  readonly condition: 'all-of' | 'one-of'
  readonly parents: readonly string[]
  readonly status: readonly ('success' | 'failure')[]
}

export interface RepositoryDraft {
  readonly url?: string | null | undefined
  readonly branch?: string | null | undefined
  /** Name of a secret. */
  readonly token?: string | null | undefined
  /** Of a sql step. */
  readonly filePath?: string | null | undefined
}

type Values = Readonly<Record<string, string>>

export interface StepDraft {
  readonly type?: string | null | undefined
  readonly parents?: readonly string[] | null | undefined
  readonly executionParameters?:
    | {
        readonly conditional?: readonly ParameterConditionDraft[] | null | undefined
        readonly parentStatus?: readonly StatusConditionDraft[] | null | undefined
      }
    | null
    | undefined
  readonly runConfiguration?:
    | {
        readonly retryOptions?: RetryOptionsDraft | null | undefined
        readonly skipConfiguration?:
          | { readonly skip?: boolean | null | undefined; readonly skipDAG?: boolean | null | undefined }
          | null
          | undefined
      }
    | null
    | undefined
  readonly parameters?:
    | {
        readonly env?: Values | null | undefined
        readonly inherit?: Values | null | undefined
        readonly secrets?: readonly string[] | null | undefined
      }
    | null
    | undefined
  readonly outputParameters?: Values | null | undefined
  readonly stepTimeout?: number | null | undefined
  readonly imageId?: number | null | undefined
  readonly imageVersionId?: number | null | undefined
  readonly command?: string | null | undefined
  readonly resources?:
    | { readonly instanceTypeId?: number | null | undefined; readonly storage?: string | null | undefined }
    | null
    | undefined
  readonly repository?: RepositoryDraft | null | undefined
  readonly sqlQueryPath?: string | null | undefined
  readonly schema?: string | null | undefined
  readonly table?: string | null | undefined
  readonly sortBy?: string | null | undefined
  readonly sortOrder?: string | null | undefined
  readonly compression?: boolean | null | undefined
  readonly method?: string | null | undefined
  readonly url?: string | null | undefined
  readonly payload?: string | null | undefined
  readonly headers?:
    | { readonly absolute?: Values | null | undefined; readonly secrets?: Values | null | undefined }
    | null
    | undefined
  readonly auth?:
    | {
        readonly type?: string | null | undefined
        readonly username?: string | null | undefined
        readonly password?: string | null | undefined
        readonly apiKey?: string | null | undefined
        readonly bearerToken?: string | null | undefined
        readonly clientId?: string | null | undefined
        readonly clientSecret?: string | null | undefined
        readonly authUrl?: string | null | undefined
      }
    | null
    | undefined
}
