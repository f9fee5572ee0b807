import { type Static, type TProperties, type TSchema, Type } from 'typebox'
import {
  FilledText,
  NumericId,
  PathText,
  SecretNames,
  ShortText,
  StringMap,
  Text,
  UrlText,
  stringMap,
  wireLimits,
} from './bounds.ts'

/** What a step's name is made of. */
export const stepNamePattern = '^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$'
export const stepNameRule = 'must be 1 to 64 letters, digits, `-` and `_`, starting with a letter or digit'

export const StepName = Type.String({ pattern: stepNamePattern, maxLength: 64, 'x-rule': stepNameRule })

/** A map from step names. */
export function stepMap<Value extends TSchema>(value: Value) {
  return Type.Record(Type.String({ pattern: stepNamePattern }), value, {
    maxProperties: wireLimits.steps,
    additionalProperties: false,
    'x-key-rule': `is a step name, which ${stepNameRule}`,
  })
}

/** When a failed attempt is followed by another. A step's own options win over the workflow's. */
export const RetryOptions = Type.Object({
  /** Seconds before a retry. */
  duration: Type.Optional(Type.Number({ minimum: 0, maximum: 120, default: 5 })),
  /** Retry only on these; absent = any. */
  exitCodes: Type.Optional(Type.Array(Type.Integer({ minimum: 0, maximum: 255 }), { maxItems: 256 })),
  /** Doubles the wait with each retry. */
  exponentialBackoff: Type.Optional(Type.Boolean({ default: false })),
  numberOfRetries: Type.Optional(Type.Integer({ minimum: 0, maximum: 5, default: 3 })),
})
export type RetryOptions = Static<typeof RetryOptions>

/** True when the output parameter of a step equals the value, or differs from it. */
export const ParameterCondition = Type.Object({
  condition: Type.Enum(['equals', 'not-equals']),
  paramName: ShortText,
  stepName: StepName,
  value: Text,
})
export type ParameterCondition = Static<typeof ParameterCondition>

/** True when all (or one) of the parents ended with one of the statuses. */
export const ParentStatusCondition = Type.Object({
  condition: Type.Enum(['all-of', 'one-of']),
  parents: Type.Array(StepName, { minItems: 1, maxItems: wireLimits.parentsOfStep }),
  status: Type.Array(Type.Enum(['success', 'failure']), { minItems: 1, maxItems: 2 }),
})
export type ParentStatusCondition = Static<typeof ParentStatusCondition>

const common = {
  parents: Type.Optional(Type.Array(StepName, { maxItems: wireLimits.parentsOfStep })),
  executionParameters: Type.Optional(
    Type.Object({
      conditional: Type.Optional(Type.Array(ParameterCondition, { maxItems: wireLimits.conditions })),
      parentStatus: Type.Optional(Type.Array(ParentStatusCondition, { maxItems: wireLimits.conditions })),
    }),
  ),
  runConfiguration: Type.Optional(
    Type.Object({
      retryOptions: Type.Optional(RetryOptions),
      skipConfiguration: Type.Optional(
        Type.Object({ skip: Type.Optional(Type.Boolean()), skipDAG: Type.Optional(Type.Boolean()) }),
      ),
    }),
  ),
} satisfies TProperties

/** Also read from a list of one-entry objects, the form in which describe shows it. */
const EnvMap = stringMap({ 'x-entry-list': true })

/** Input parameters of a step: plain values, output parameters of earlier steps, names of secrets. */
export const StepParameters = Type.Object({
  env: Type.Optional(EnvMap),
  inherit: Type.Optional(StringMap),
  secrets: Type.Optional(SecretNames),
})
export type StepParameters = Static<typeof StepParameters>

/** `storage` is scratch space such as `10GB`. */
export const StepResources = Type.Object({
  instanceTypeId: Type.Optional(NumericId),
  storage: Type.Optional(
    Type.String({ pattern: '^[1-9][0-9]{0,4}(MB|GB|TB)$', maxLength: 8, 'x-rule': 'must be a size such as 10GB' }),
  ),
})
export type StepResources = Static<typeof StepResources>

const repository = { url: UrlText, branch: ShortText, token: Type.Optional(ShortText) }

/** Seconds that an attempt may take: at most 30 days. */
const StepTimeout = Type.Integer({ minimum: 1, maximum: 2_592_000 })

/** Runs a command in a container of an image. `imageVersionId` absent = the latest ready version when the run starts. */
export const StandardStep = Type.Object({
  type: Type.Optional(Type.Literal('standard')),
  imageId: NumericId,
  imageVersionId: Type.Optional(NumericId),
  command: FilledText,
  resources: Type.Optional(StepResources),
  stepTimeout: Type.Optional(StepTimeout),
  clearImageCache: Type.Optional(Type.Boolean({ default: false })),
  repository: Type.Optional(Type.Object(repository)),
  parameters: Type.Optional(StepParameters),
  /** Parameter name → file in which the step leaves the value. */
  outputParameters: Type.Optional(StringMap),
  ...common,
})
export type StandardStep = Static<typeof StandardStep>

/** Secrets are given by name. */
export const HttpAuth = Type.Union(
  [
    Type.Object({ type: Type.Literal('no-auth') }),
    Type.Object({ type: Type.Literal('oauth'), clientId: ShortText, clientSecret: ShortText, authUrl: UrlText }),
    Type.Object({ type: Type.Literal('basic'), username: ShortText, password: ShortText }),
    Type.Object({ type: Type.Literal('api-key'), apiKey: ShortText }),
    Type.Object({ type: Type.Literal('bearer-token'), bearerToken: ShortText }),
  ],
  { 'x-discriminator': 'type' },
)
export type HttpAuth = Static<typeof HttpAuth>

/** Sends a request. `method` is `get` when absent. `outputParameters` may only name `response.txt`. */
export const HttpStep = Type.Object({
  type: Type.Literal('http'),
  method: Type.Optional(Type.Enum(['get', 'post', 'put', 'patch', 'delete'], { default: 'get' })),
  url: UrlText,
  payload: Type.Optional(Text),
  headers: Type.Optional(Type.Object({ absolute: Type.Optional(StringMap), secrets: Type.Optional(StringMap) })),
  auth: Type.Optional(HttpAuth),
  stepTimeout: Type.Optional(StepTimeout),
  parameters: Type.Optional(StepParameters),
  outputParameters: Type.Optional(StringMap),
  ...common,
})
export type HttpStep = Static<typeof HttpStep>

/**
 * Runs a query from the query store or from a repository, of which `url`, `branch` and `filePath` are required then. Beside
 * a `sqlQueryPath` a repository without `filePath` means nothing: a patch by a client of the reference may put one into
 * every step.
 */
export const SqlStep = Type.Object({
  type: Type.Literal('sql'),
  sqlQueryPath: Type.Optional(PathText),
  repository: Type.Optional(Type.Partial(Type.Object({ ...repository, filePath: PathText }))),
  stepTimeout: Type.Optional(StepTimeout),
  parameters: Type.Optional(StepParameters),
  ...common,
})
export type SqlStep = Static<typeof SqlStep>

/** Writes a table of the warehouse to a file. */
export const ExportStep = Type.Object({
  type: Type.Literal('export'),
  schema: ShortText,
  table: ShortText,
  sortBy: ShortText,
  sortOrder: Type.Optional(Type.Enum(['asc', 'desc'], { default: 'asc' })),
  compression: Type.Optional(Type.Boolean({ default: false })),
  stepTimeout: Type.Optional(StepTimeout),
  ...common,
})
export type ExportStep = Static<typeof ExportStep>

/** A step of a workflow; `type` absent = `standard`. */
export const StepBody = Type.Union([StandardStep, HttpStep, SqlStep, ExportStep], { 'x-discriminator': 'type' })
export type StepBody = Static<typeof StepBody>
